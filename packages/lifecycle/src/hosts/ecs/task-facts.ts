/** The fields of the task metadata (version 4) that logs carry. */
interface TaskMetadata {
  Cluster?: string;
  TaskARN?: string;
  Family?: string;
  Revision?: string;
  AvailabilityZone?: string;
  LaunchType?: string;
  /** vCPUs and MiB. */
  Limits?: { CPU?: number; Memory?: number };
}

/**
 * Facts about the running task for every log line. Empty when the endpoint does not answer within a
 * second.
 */
export async function fetchTaskFacts(metadataUri: string | undefined): Promise<Record<string, unknown>> {
  if (!metadataUri) return {};
  try {
    const response = await fetch(`${metadataUri}/task`, { signal: AbortSignal.timeout(1_000) });
    if (!response.ok) return {};
    const task = (await response.json()) as TaskMetadata; // every field is optional and only printed
    const facts = {
      task_id: task.TaskARN?.split('/').at(-1),
      task_family: task.Family,
      task_revision: task.Revision,
      availability_zone: task.AvailabilityZone,
      cluster: task.Cluster?.split('/').at(-1),
      launch_type: task.LaunchType,
      cpu_limit: task.Limits?.CPU,
      memory_limit_mib: task.Limits?.Memory,
    };
    return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
  } catch {
    // Logs without task facts are better than a service that does not start.
    return {};
  }
}

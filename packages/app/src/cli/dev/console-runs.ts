import { userInfo } from 'node:os';
import type { DevManifest, RunControl } from '@twelvefold/local/internal/dev';

/** Runs of each task, over all pages. */
const LIMIT = 1_000;

/**
 * The runs of an app's tasks on the endpoint of `twelvefold dev`; undefined for an app without
 * records of runs.
 */
export function consoleRuns(
  { resources, components }: DevManifest,
  stage: string,
  env: Readonly<Record<string, string>>,
): RunControl | undefined {
  const table = resources.find(({ kind }) => kind === 'task-runs')?.physicalName.replaceAll('{stage}', stage);
  if (table === undefined) return undefined;
  const tasks = components.filter(({ trigger }) => trigger.kind === 'invoke').map(({ name }) => name);
  const store = async () => {
    const { createAws } = await import('@twelvefold/aws');
    const { createDynamoDbRuns } = await import('@twelvefold/admin/dynamodb-runs');
    return createDynamoDbRuns({ name: table, aws: createAws({ env }) });
  };
  return {
    list: async () => {
      const runs = await store();
      const lists = await Promise.all(tasks.map((task) => runs.list(task, { limit: LIMIT })));
      return lists
        .flat()
        .sort((one, other) => (one.enqueuedAt < other.enqueuedAt ? 1 : -1))
        .map(({ id, task, status, scanned, total, enqueuedAt }) => ({
          id,
          task,
          status,
          scanned,
          total,
          enqueuedAt,
        }));
    },
    command: async (id, command) => {
      await (await store()).command(id, command, `${userInfo().username}@console`);
    },
  };
}

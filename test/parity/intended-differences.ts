/** What differs between the hosts because it should: everything else that a scenario sees is compared for equality. */
export const INTENDED_DIFFERENCES: ReadonlyArray<{ readonly what: RegExp | string; readonly reason: string }> = [
  { what: /^function_/, reason: 'Facts about a function: its name, version, memory and request id' },
  { what: /^task_/, reason: 'Facts about an ECS task' },
  { what: /^(availability_zone|cluster|launch_type|cpu_limit|memory_limit_mib)$/, reason: 'Facts about an ECS task' },
  {
    what: 'cold_start',
    reason: 'An execution environment of Lambda starts cold; a service starts once, and says so when it is ready',
  },
  { what: 'xray_trace_id', reason: 'Lambda traces each invocation; a service carries on the trace that it was sent' },
  { what: 'sampling_rate', reason: 'Powertools adds it where sampling is on' },
  { what: 'timestamp', reason: 'Moments differ between any two runs' },
  {
    what: 'apigw-requestid',
    reason: 'A header of API Gateway, not of the app; so are connection, keep-alive, date and the transfer headers',
  },
];

/** Whether a log field must be the same on every host. */
export function isShared(field: string): boolean {
  return !INTENDED_DIFFERENCES.some(({ what }) => (typeof what === 'string' ? what === field : what.test(field)));
}

/**
 * Differences between the hosts that are intended: everything else that a scenario sees is compared
 * for equality.
 */
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

/**
 * Behaviour of a host that follows from its platform; scenarios that meet it name it in a comment.
 */
export const INTENDED_BEHAVIOURS: ReadonlyArray<{ readonly what: string; readonly reason: string }> = [
  {
    what: 'An exit code ends a service (0 after a drain, 1 after an uncaught error) and a task from the command line (1 when it failed)',
    reason:
      'A function has no exit code: Lambda ends its environment, and a failed task is a record with status errored',
  },
  {
    what: 'An unhandled rejection: a service drains and exits with 1, a function ends with Runtime.ExitError, a worker thread dies alone',
    reason: 'Lambda starts a new environment, managed instances go on with the other workers, ECS starts a new task',
  },
  {
    what: 'A message is given back when its function runs out of time; a service extends its lease for as long as it works on it',
    reason: 'A service has no function timeout; its limit is the twelve hours of a receive',
  },
  {
    what: "A message from a topic that invokes the function comes again when Lambda says, and ends in the function's own dead-letter queue (test/e2e/sns-function.test.ts)",
    reason: 'A service has no such events: it gets the same publication through its queue',
  },
  {
    what: 'SIGTERM while starting ends a service with 0 and a report; a function starts or fails',
    reason:
      'Lambda sends SIGTERM to environments with a registered extension alone, after init; managed instances promise none',
  },
  {
    what: "An app's own libraries are closed at the end of a service, a task and a function; a worker thread of managed instances ends without it",
    reason: 'Node delivers no signals to worker threads, and managed instances promise none',
  },
  {
    what: 'An answer whose body breaks is a 500 from a function and a broken connection from a service',
    reason: 'A function answers whole, a service has sent its status line by then; both log it',
  },
  {
    what: 'A client that hangs up: a service tells the handler by its signal and logs 499; a function works on to its answer, and logs that',
    reason: 'No front of Lambda tells a function that its client is gone',
  },
];

/** Whether a log field must be the same on every host. */
export function isShared(field: string): boolean {
  return !INTENDED_DIFFERENCES.some(({ what }) => (typeof what === 'string' ? what === field : what.test(field)));
}

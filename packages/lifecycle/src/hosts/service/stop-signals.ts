/** What ECS and Docker send to stop a process, and what Ctrl-C sends. */
export const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

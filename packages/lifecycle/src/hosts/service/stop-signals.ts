/** ECS and Docker send the first, Ctrl-C the second. */
export const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

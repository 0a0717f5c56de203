/** Exit codes: 64 is `EX_USAGE` of sysexits(3), and shells report an interrupt as 130. */
export const EXIT = { succeeded: 0, failed: 1, usage: 64, cancelled: 130 } as const;

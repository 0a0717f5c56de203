/** What an admin process exits with; 64 is `EX_USAGE` of sysexits(3), 130 is how shells report an interrupt. */
export const EXIT = { succeeded: 0, failed: 1, usage: 64, cancelled: 130 } as const;

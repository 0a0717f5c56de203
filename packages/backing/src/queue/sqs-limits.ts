/** Limits of SQS, from its quotas page and API reference (November 2026). */
export const SQS_LIMITS = {
  /** One message and one batch alike, attributes included: 1 MiB. */
  bytes: 1_048_576,
  /** Entries of a batch and messages of a receive. */
  entries: 10,
  attributes: 10,
  delayMs: 15 * 60_000,
  /** A message can stay invisible for 12 hours in total, counted from its receive. */
  invisibleMs: 12 * 3_600_000,
  waitSeconds: 20,
} as const;

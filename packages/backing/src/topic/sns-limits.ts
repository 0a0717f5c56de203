/** Limits of SNS, from its quotas page and API reference (November 2026). */
export const SNS_LIMITS = {
  /**
   * One message and one batch alike, attributes included, unless the topic's `MaximumMessageSize`
   * says otherwise.
   */
  defaultBytes: 262_144,
  mostBytes: 1_048_576,
  /** Entries of a PublishBatch. */
  entries: 10,
  /** More than that, and raw delivery throws the message away. */
  attributes: 10,
  /**
   * With raw delivery a message of more than ten attributes is thrown away; correlation and trace
   * take three.
   */
  filters: 7,
  /** Of one subscription (SNS developer guide, filter policy constraints). */
  filterFields: 5,
  filterCombinations: 150,
  /** Largest number of a condition, and with a minus the smallest. */
  filterNumber: 1_000_000_000,
} as const;

/**
 * Limits of the embedded metric format and of CloudWatch's metrics. An object beyond one of the
 * first three is stored as a log line, but no metric comes out of it, and nothing says so. Source:
 * AWS documentation, "Specification: Embedded metric format" and "CloudWatch API: Dimension,
 * MetricDatum".
 */
export const EMF_LIMITS = {
  metrics: 100,
  valuesPerMetric: 100,
  dimensionsPerSet: 30,
  nameLength: 255,
  dimensionNameLength: 250,
  dimensionValueLength: 1_024,
  pastMs: 14 * 24 * 60 * 60 * 1_000,
  futureMs: 2 * 60 * 60 * 1_000,
  /** As for log lines: what the awslogs driver of a container keeps in one piece. */
  lineBytes: 256 * 1024 - 26,
} as const;

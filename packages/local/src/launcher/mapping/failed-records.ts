/**
 * Which records of a batch a function's response reports as failed, by Lambda's rules for ReportBatchItemFailures: an empty
 * or null response and an empty or null list mean that all succeeded; a malformed response or an identifier that is not in the
 * batch means that all failed (docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html). A message is identified by
 * its id, a record of a stream by its sequence number.
 */
export function failedRecords<T>(
  payload: unknown,
  records: readonly T[],
  idOf: (record: T) => string | undefined,
): readonly T[] {
  if (payload === null || payload === undefined || payload === '') return [];
  if (typeof payload !== 'object' || Array.isArray(payload)) return records;
  const { batchItemFailures: failures } = payload as Record<string, unknown>; // an object
  if (failures === null || failures === undefined) return [];
  if (!Array.isArray(failures)) return records;
  const failed = new Set<T>();
  for (const failure of failures as unknown[]) {
    const { itemIdentifier } = (failure ?? {}) as Record<string, unknown>; // compared only
    const record = records.find((candidate) => idOf(candidate) === itemIdentifier);
    if (!record) return records;
    failed.add(record);
  }
  return [...failed];
}

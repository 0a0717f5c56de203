import { AwsError } from '@twelvefold/aws';
import { TwelvefoldError } from '@twelvefold/core';
import type { SessionDriver } from './driver.ts';
import type { SessionStoreRecord, Stored, Version } from './records.ts';
import { versionsBefore } from './records.ts';

/** A new record in place of the one that was read. */
export interface Change {
  readonly key: string;
  /** The record as it was read; `undefined` if there was none. */
  readonly base: Stored | undefined;
  readonly record: SessionStoreRecord;
  /** When the record may be deleted, in milliseconds. `undefined`: never. */
  readonly expiresAtMs: number | undefined;
}

/** Reads records by key. */
export async function readRecords(
  driver: SessionDriver,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, Stored>> {
  const records = new Map<string, Stored>();
  for (const [key, { value, version }] of await driver.read(keys, { signal })) {
    records.set(key, { record: JSON.parse(value) as SessionStoreRecord, text: value, version }); // only this store writes them
  }
  return records;
}

/** Whether the record, or one before it, was written with this version. */
export function wasWrittenWith(stored: Stored | undefined, version: Version): boolean {
  return stored !== undefined && (stored.version === version || stored.record.before?.includes(version) === true);
}

/**
 * Writes all changes, or none if one of the records has changed since it was read.
 *
 * `version` belongs to one operation of a caller. All of its tries use it: a write whose answer was
 * lost may arrive late, and the next try finds it by `wasWrittenWith`. After an error the records
 * are read to find out whether the write happened. Rethrows the error if that cannot be known,
 * because more writes have followed than a record keeps versions.
 */
export async function commit(
  driver: SessionDriver,
  changes: readonly Change[],
  version: Version,
  signal: AbortSignal | undefined,
): Promise<'written' | 'conflict'> {
  const [first] = changes;
  if (first === undefined) return 'written';
  const writes = changes.map(({ key, base, record, expiresAtMs }) => ({
    key,
    expected: base?.version,
    version,
    value: JSON.stringify({ ...record, before: undefined, ...versionsBefore(base) }),
    expiresAtMs,
  }));
  for (const { value } of writes) assertSize(driver, value);
  try {
    return await driver.write(writes, { signal });
  } catch (error) {
    if (signal?.aborted || isRefused(error)) throw error;
    const now = await readRecords(driver, [first.key], signal).catch(() => undefined);
    if (now === undefined) throw error;
    const stored = now.get(first.key);
    if (wasWrittenWith(stored, version)) return 'written';
    const isKnown = first.base === undefined ? stored === undefined : wasWrittenWith(stored, first.base.version);
    if (isKnown) return 'conflict';
    throw error;
  }
}

/** Answers that AWS did not write, for a reason that another try does not change. */
const REFUSALS = [
  'AccessDeniedException',
  'ExpiredTokenException',
  'ResourceNotFoundException',
  'UnrecognizedClientException',
  'ValidationException',
];

const isRefused = (error: unknown): boolean => REFUSALS.some((awsCode) => AwsError.isInstance(error, awsCode));

/** @throws TwelvefoldError `SESSION_TOO_LARGE`. */
function assertSize({ name, maxValueBytes }: SessionDriver, value: string): void {
  // A UTF-16 unit takes at most 3 bytes in UTF-8.
  if (value.length * 3 <= maxValueBytes) return;
  const bytes = Buffer.byteLength(value);
  if (bytes <= maxValueBytes) return;
  throw new TwelvefoldError(
    'SESSION_TOO_LARGE',
    `Cannot store a session in ${name}: its record has ${bytes} bytes of JSON, and ${name} holds ${maxValueBytes}; keep large data in a table and its key in the session`,
  );
}

import { readString, readStructures } from '../../core/input.ts';
import { ServiceError } from '../../core/service-error.ts';
import { sqsError } from './errors.ts';

/** One entry of a batch, its Id checked. */
export interface BatchEntry {
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
}

const MAX_ENTRIES = 10;

/** The batch's entries. @throws ServiceError for what fails a batch whole: none, too many, ids malformed or repeated */
export function readEntries(input: Readonly<Record<string, unknown>>, entryShape: string): BatchEntry[] {
  const given = readStructures(input, 'Entries') ?? [];
  if (given.length === 0) {
    throw sqsError('EmptyBatchRequest', `There should be at least one ${entryShape} in the request.`);
  }
  if (given.length > MAX_ENTRIES) {
    throw sqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${MAX_ENTRIES}. You have sent ${given.length}.`,
    );
  }
  const seen = new Set<string>();
  return given.map((entry) => {
    const id = readString(entry, 'Id') ?? '';
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(id)) {
      throw sqsError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      );
    }
    if (seen.has(id)) throw sqsError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);
    seen.add(id);
    return { id, input: entry };
  });
}

/** A `BatchResultErrorEntry`. */
export interface BatchFailure {
  readonly Id: string;
  readonly SenderFault: boolean;
  readonly Code: string;
  readonly Message: string;
}

/** An entry's failure, for an error of AWS; anything else is thrown on. */
export function batchFailure(id: string, error: unknown): BatchFailure {
  if (!(error instanceof ServiceError)) throw error;
  return { Id: id, SenderFault: error.status < 500, Code: error.queryCode ?? error.code, Message: error.message };
}

/** The answer of a batch: a list without members is left out. */
export function batchAnswer<T>(successful: readonly T[], failed: readonly BatchFailure[]) {
  return {
    ...(successful.length > 0 ? { Successful: successful } : {}),
    ...(failed.length > 0 ? { Failed: failed } : {}),
  };
}

/** Runs `act` for each entry by itself. */
export function eachEntry(entries: readonly BatchEntry[], act: (entry: BatchEntry) => void) {
  const successful: Array<{ Id: string }> = [];
  const failed: BatchFailure[] = [];
  for (const entry of entries) {
    try {
      act(entry);
      successful.push({ Id: entry.id });
    } catch (error) {
      failed.push(batchFailure(entry.id, error));
    }
  }
  return batchAnswer(successful, failed);
}

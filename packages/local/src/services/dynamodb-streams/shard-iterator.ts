import { validationError } from '../dynamodb/errors.ts';

/** A place in a shard, as a client carries it. */
export interface ShardIterator {
  readonly streamArn: string;
  readonly shardId: string;
  /** The sequence that it stands behind. */
  readonly after: number;
  readonly madeAtMs: number;
}

/** Source: the API reference of GetShardIterator: an iterator expires 15 minutes after it was returned. */
export const ITERATOR_LIFE_MS = 15 * 60 * 1000;

export function writeIterator({ streamArn, shardId, after, madeAtMs }: ShardIterator): string {
  return `${streamArn}|1|${Buffer.from(JSON.stringify([shardId, after, madeAtMs])).toString('base64')}`;
}

/** @throws ServiceError for a text that {@link writeIterator} did not make. */
export function readIterator(text: string): ShardIterator {
  const [streamArn = '', version, encoded = ''] = text.split('|');
  try {
    const parts: unknown = version === '1' ? JSON.parse(Buffer.from(encoded, 'base64').toString()) : undefined;
    if (Array.isArray(parts)) {
      const [shardId, after, madeAtMs] = parts as unknown[];
      if (typeof shardId === 'string' && typeof after === 'number' && typeof madeAtMs === 'number') {
        return { streamArn, shardId, after, madeAtMs };
      }
    }
  } catch {
    // refused below, like what decodes to something else
  }
  throw validationError('Invalid ShardIterator');
}

import { createHash } from 'node:crypto';
import { keyAttributes } from './key-schema.ts';
import type { Shard, TableStream } from './stream-state.ts';
import type { Table } from './table.ts';
import type { Attributes, AttributeValue } from './values/value.ts';
import { emptyAttributes, equalValues, sizeOf } from './values/value.ts';

/**
 * Sequence numbers have 21 to 40 digits; all of them here have 21, so that they sort as text too.
 */
export function sequenceNumber(sequence: number): string {
  return `1${String(sequence).padStart(20, '0')}`;
}

/** The sequence of a number that {@link sequenceNumber} made; undefined for any other text. */
export function parseSequenceNumber(text: string): number | undefined {
  return /^1\d{20}$/.test(text) ? Number(text.slice(1)) : undefined;
}

/** Source: "Change data capture for DynamoDB Streams": records are there for 24 hours. */
const RETENTION_MS = 24 * 60 * 60 * 1000;

/**
 * Source: the same page and the adapter's: a shard is closed for writes and followed by another
 * after about four hours.
 */
const SHARD_LIFE_MS = 4 * 60 * 60 * 1000;

function addShard(stream: TableStream, nowMs: number, parentId: string | undefined): void {
  const suffix = createHash('sha256').update(`${stream.arn} ${stream.nextSequence} ${nowMs}`).digest('hex').slice(0, 8);
  stream.shards.push({
    id: `shardId-${String(nowMs).padStart(20, '0')}-${suffix}`,
    parentId,
    createdAtMs: nowMs,
    start: stream.nextSequence,
    end: undefined,
    closedAtMs: undefined,
    records: [],
  });
}

function close(shard: Shard, stream: TableStream, nowMs: number): void {
  shard.end = stream.nextSequence - 1;
  shard.closedAtMs = nowMs;
}

/** Closes the shard that is open, for good. */
export function closeStream(stream: TableStream, nowMs: number): void {
  for (const shard of stream.shards) if (shard.end === undefined) close(shard, stream, nowMs);
  stream.disabledAtMs = nowMs;
}

/**
 * Brings a stream up to date: forgets what is older than 24 hours, and opens the next shard when
 * one is old.
 */
export function refreshShards(stream: TableStream, nowMs: number): void {
  const isRetained = (atMs: number) => atMs > nowMs - RETENTION_MS;
  for (const shard of stream.shards) {
    const [oldest] = shard.records;
    if (oldest !== undefined && !isRetained(oldest.atMs))
      shard.records = shard.records.filter(({ atMs }) => isRetained(atMs));
  }
  stream.shards = stream.shards.filter(({ closedAtMs }) => closedAtMs === undefined || isRetained(closedAtMs));
  if (stream.disabledAtMs !== undefined) return;
  const open = stream.shards.at(-1);
  if (open === undefined) addShard(stream, nowMs, undefined);
  else if (nowMs - open.createdAtMs >= SHARD_LIFE_MS) {
    close(open, stream, nowMs);
    addShard(stream, nowMs, open.id);
  }
}

/** Whether nothing of a stream is left to read: it was switched off more than 24 hours ago. */
export function isGone({ disabledAtMs }: TableStream, nowMs: number): boolean {
  return disabledAtMs !== undefined && disabledAtMs <= nowMs - RETENTION_MS;
}

interface Change {
  readonly before: Attributes | undefined;
  readonly after: Attributes | undefined;
  readonly byTimeToLive?: boolean;
}

/**
 * Writes a change to the table's stream, if it has one. A write that leaves the item as it was does
 * not count as a change. Source: "Change data capture for DynamoDB Streams".
 */
export function recordChange(table: Table, nowMs: number, { before, after, byTimeToLive = false }: Change): void {
  const { stream } = table;
  if (stream === undefined || stream.disabledAtMs !== undefined) return;
  const item = after ?? before;
  if (item === undefined || (before !== undefined && after !== undefined && equalValues({ M: before }, { M: after }))) {
    return;
  }
  refreshShards(stream, nowMs);
  const keys = emptyAttributes();
  for (const { name } of keyAttributes(stream.key)) keys[name] = item[name] as AttributeValue; // an item has its keys
  const { viewType } = stream;
  const newImage = viewType === 'NEW_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES' ? after : undefined;
  const oldImage = viewType === 'OLD_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES' ? before : undefined;
  const sequence = stream.nextSequence;
  stream.nextSequence += 1;
  stream.shards.at(-1)?.records.push({
    sequence,
    // The same for the same change after a restart, and different in every stream.
    eventId: createHash('md5').update(`${stream.arn} ${sequence}`).digest('hex'),
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    atMs: nowMs,
    keys,
    newImage,
    oldImage,
    bytes: [keys, newImage, oldImage].reduce((total, image) => total + (image === undefined ? 0 : sizeOf(image)), 0),
    byTimeToLive,
  });
}

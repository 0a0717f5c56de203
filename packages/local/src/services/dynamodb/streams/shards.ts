import { createHash } from 'node:crypto';
import type { Shard, TableStream } from './table-stream.ts';

/** Source: "Change data capture for DynamoDB Streams": records are there for 24 hours. */
const RETENTION_MS = 24 * 60 * 60 * 1000;

/** Source: the same page and the adapter's: a shard is closed for writes and followed by another after about four hours. */
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

/** Brings a stream up to date: forgets what is older than 24 hours, and opens the next shard when one is old. */
export function refreshShards(stream: TableStream, nowMs: number): void {
  const kept = (atMs: number) => atMs > nowMs - RETENTION_MS;
  for (const shard of stream.shards) {
    const [oldest] = shard.records;
    if (oldest !== undefined && !kept(oldest.atMs)) shard.records = shard.records.filter(({ atMs }) => kept(atMs));
  }
  stream.shards = stream.shards.filter(({ closedAtMs }) => closedAtMs === undefined || kept(closedAtMs));
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

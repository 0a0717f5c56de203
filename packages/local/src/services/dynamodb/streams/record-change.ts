import { createHash } from 'node:crypto';
import type { Table } from '../tables/table.ts';
import type { Attributes, AttributeValue } from '../values/attribute-value.ts';
import { emptyAttributes } from '../values/attribute-value.ts';
import { equalValues } from '../values/equal-values.ts';
import { sizeOf } from '../values/size-of.ts';
import { refreshShards } from './shards.ts';

interface Change {
  readonly before: Attributes | undefined;
  readonly after: Attributes | undefined;
  readonly byTimeToLive?: boolean;
}

/**
 * Writes a change to the table's stream, if it has one. A write that leaves the item as it was is no change.
 * Source: "Change data capture for DynamoDB Streams".
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
  for (const attribute of [stream.key.hash, stream.key.range]) {
    if (attribute !== undefined) keys[attribute.name] = item[attribute.name] as AttributeValue; // an item has its keys
  }
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

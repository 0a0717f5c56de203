import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { STORE } from '../dynamodb/store.ts';
import { isGone, refreshShards } from '../dynamodb/streams/shards.ts';
import type { Shard, TableStream } from '../dynamodb/streams/table-stream.ts';
import { findTable } from '../dynamodb/tables/find-table.ts';

const notFound = (what: string) =>
  new ServiceError('ResourceNotFoundException', `Requested resource not found: ${what} not found`);

/**
 * A stream up to date: with what time to live has deleted by now, and without what is older than 24 hours.
 *
 * @throws ServiceError `ResourceNotFoundException`
 */
export function openStream(context: CallContext, arn: string): TableStream {
  // IAM has no prefix of its own for the streams.
  context.touches(arn, `dynamodb:${context.action}`);
  const now = context.clock.now();
  const { streams } = context.stores.get(STORE);
  const stream = streams.get(arn);
  if (stream === undefined || isGone(stream, now)) {
    streams.delete(arn);
    throw notFound(`Stream: ${arn}`);
  }
  findTable(context, stream.tableName);
  refreshShards(stream, now);
  return stream;
}

/** @throws ServiceError `ResourceNotFoundException` */
export function openShard(stream: TableStream, id: string): Shard {
  const shard = stream.shards.find((candidate) => candidate.id === id);
  if (shard === undefined) throw notFound(`Shard: ${id} in Stream: ${stream.arn}`);
  return shard;
}

import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { checkInput } from '../dynamodb/input/check-input.ts';
import { TABLE_NAME } from '../dynamodb/input/shape.ts';
import { describeKey } from '../dynamodb/key-schema.ts';
import type { Shard, TableStream } from '../dynamodb/stream-state.ts';
import { findTable, STORE, tableArn } from '../dynamodb/table-store.ts';
import { isGone, refreshShards, sequenceNumber } from '../dynamodb/table-stream.ts';

export const STREAM_ARN = { type: 'string', min: 37, max: 1024 } as const;
export const SHARD_ID = { type: 'string', min: 28, max: 65 } as const;

const notFound = (what: string) =>
  new ServiceError('ResourceNotFoundException', `Requested resource not found: ${what} not found`);

/**
 * A stream up to date: with what time to live has deleted by now, and without what is older than 24
 * hours.
 *
 * @throws ServiceError `ResourceNotFoundException`
 */
export function openStream(context: CallContext, arn: string): TableStream {
  // IAM has no separate prefix for the streams.
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

const LIST_INPUT = {
  TableName: TABLE_NAME,
  Limit: { type: 'Integer', min: 1, max: 100 },
  ExclusiveStartStreamArn: STREAM_ARN,
} as const;

/** By ARN, so by table and then by when they were switched on. */
export const listStreams: Action = (raw, context) => {
  const { TableName, Limit = 100, ExclusiveStartStreamArn: start = '' } = checkInput(raw, LIST_INPUT);
  context.touches('*', 'dynamodb:ListStreams');
  const wanted = TableName === undefined ? undefined : tableArn(context, TableName);
  const found = [...context.stores.get(STORE).streams.values()]
    .filter((stream) => wanted === undefined || stream.arn.startsWith(`${wanted}/stream/`))
    .filter((stream) => stream.arn > start && !isGone(stream, context.clock.now()))
    .sort((left, right) => (left.arn < right.arn ? -1 : 1));
  const page = found.slice(0, Limit);
  return {
    Streams: page.map(({ arn, tableName, label }) => ({ StreamArn: arn, TableName: tableName, StreamLabel: label })),
    LastEvaluatedStreamArn: found.length > Limit ? page.at(-1)?.arn : undefined,
  };
};

const DESCRIBE_INPUT = {
  StreamArn: { ...STREAM_ARN, required: true },
  Limit: { type: 'Integer', min: 1, max: 100 },
  ExclusiveStartShardId: SHARD_ID,
  ShardFilter: {
    type: 'structure',
    members: { Type: { type: 'string', values: ['CHILD_SHARDS'] }, ShardId: SHARD_ID },
  },
} as const;

const describeShard = ({ id, parentId, start, end }: Shard) => ({
  ShardId: id,
  ParentShardId: parentId,
  SequenceNumberRange: {
    StartingSequenceNumber: sequenceNumber(start),
    // A shard that closed without a record ends where it started.
    EndingSequenceNumber: end === undefined ? undefined : sequenceNumber(Math.max(start, end)),
  },
});

export const describeStream: Action = (raw, context) => {
  const input = checkInput(raw, DESCRIBE_INPUT);
  const { Limit = 100, ExclusiveStartShardId: start, ShardFilter } = input;
  const stream = openStream(context, input.StreamArn);
  const from = start === undefined ? 0 : stream.shards.findIndex(({ id }) => id === start) + 1;
  const rest = stream.shards
    .slice(from)
    .filter(({ parentId }) => ShardFilter?.ShardId === undefined || parentId === ShardFilter.ShardId);
  const page = rest.slice(0, Limit);
  return {
    StreamDescription: {
      StreamArn: stream.arn,
      StreamLabel: stream.label,
      StreamStatus: stream.disabledAtMs === undefined ? 'ENABLED' : 'DISABLED',
      StreamViewType: stream.viewType,
      CreationRequestDateTime: stream.createdAtMs / 1000,
      TableName: stream.tableName,
      KeySchema: describeKey(stream.key),
      Shards: page.map(describeShard),
      LastEvaluatedShardId: rest.length > Limit ? page.at(-1)?.id : undefined,
    },
  };
};

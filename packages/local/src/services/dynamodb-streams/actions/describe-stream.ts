import type { Action } from '../../../core/service.ts';
import { checkInput } from '../../dynamodb/input/check-input.ts';
import { sequenceNumber } from '../../dynamodb/streams/sequence-number.ts';
import type { Shard } from '../../dynamodb/streams/table-stream.ts';
import { describeKey } from '../../dynamodb/tables/describe-key.ts';
import { SHARD_ID, STREAM_ARN } from '../members.ts';
import { openStream } from '../open-stream.ts';

const INPUT = {
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
  const input = checkInput(raw, INPUT);
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

import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { validationError } from '../../dynamodb/errors.ts';
import { checkInput } from '../../dynamodb/input/check-input.ts';
import { parseSequenceNumber } from '../../dynamodb/streams/sequence-number.ts';
import type { Shard, TableStream } from '../../dynamodb/streams/table-stream.ts';
import { SHARD_ID, STREAM_ARN } from '../members.ts';
import { openShard, openStream } from '../open-stream.ts';
import { writeIterator } from '../shard-iterator.ts';

const INPUT = {
  StreamArn: { ...STREAM_ARN, required: true },
  ShardId: { ...SHARD_ID, required: true },
  ShardIteratorType: {
    type: 'string',
    values: ['TRIM_HORIZON', 'LATEST', 'AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER'],
    required: true,
  },
  SequenceNumber: { type: 'string', min: 21, max: 40 },
} as const;

/** The sequence that a number of this shard stands for. @throws ServiceError for one of another shard, or one that is trimmed. */
function sequenceOf(stream: TableStream, shard: Shard, number: string | undefined, type: string): number {
  if (number === undefined) {
    throw validationError(`SequenceNumber must be specified for ShardIteratorType ${type}`);
  }
  const sequence = parseSequenceNumber(number);
  if (sequence === undefined || sequence < shard.start || sequence > (shard.end ?? stream.nextSequence - 1)) {
    throw validationError(`Invalid SequenceNumber: ${number} is not in the shard ${shard.id}`);
  }
  if (!shard.records.some((record) => record.sequence === sequence)) {
    throw new ServiceError(
      'TrimmedDataAccessException',
      `The operation attempted to read past the oldest stream record in a shard: ${number} is trimmed`,
    );
  }
  return sequence;
}

export const getShardIterator: Action = (raw, context) => {
  const input = checkInput(raw, INPUT);
  const { StreamArn, ShardId, ShardIteratorType: type, SequenceNumber } = input;
  const stream = openStream(context, StreamArn);
  const shard = openShard(stream, ShardId);
  if (SequenceNumber !== undefined && (type === 'TRIM_HORIZON' || type === 'LATEST')) {
    throw validationError(`SequenceNumber cannot be specified for ShardIteratorType ${type}`);
  }
  let after = shard.start - 1;
  if (type === 'LATEST') after = shard.end ?? stream.nextSequence - 1;
  else if (type === 'AT_SEQUENCE_NUMBER') after = sequenceOf(stream, shard, SequenceNumber, type) - 1;
  else if (type === 'AFTER_SEQUENCE_NUMBER') after = sequenceOf(stream, shard, SequenceNumber, type);
  const madeAtMs = context.clock.now();
  return { ShardIterator: writeIterator({ streamArn: stream.arn, shardId: shard.id, after, madeAtMs }) };
};

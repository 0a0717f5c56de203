import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { validationError } from '../dynamodb/errors.ts';
import { checkInput } from '../dynamodb/input/check-input.ts';
import type { ChangeRecord, Shard, TableStream } from '../dynamodb/stream-state.ts';
import { parseSequenceNumber, sequenceNumber } from '../dynamodb/table-stream.ts';
import { openShard, openStream, SHARD_ID, STREAM_ARN } from './streams.ts';

/** A place in a shard, as a client carries it. */
interface ShardIterator {
  readonly streamArn: string;
  readonly shardId: string;
  /** The sequence that it stands behind. */
  readonly after: number;
  readonly madeAtMs: number;
}

/**
 * Source: the API reference of GetShardIterator: an iterator expires 15 minutes after it was
 * returned.
 */
const ITERATOR_LIFE_MS = 15 * 60 * 1000;

function writeIterator({ streamArn, shardId, after, madeAtMs }: ShardIterator): string {
  return `${streamArn}|1|${Buffer.from(JSON.stringify([shardId, after, madeAtMs])).toString('base64')}`;
}

/** @throws ServiceError for a text that {@link writeIterator} did not make. */
function readIterator(text: string): ShardIterator {
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

const ITERATOR_INPUT = {
  StreamArn: { ...STREAM_ARN, required: true },
  ShardId: { ...SHARD_ID, required: true },
  ShardIteratorType: {
    type: 'string',
    values: ['TRIM_HORIZON', 'LATEST', 'AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER'],
    required: true,
  },
  SequenceNumber: { type: 'string', min: 21, max: 40 },
} as const;

/**
 * The sequence that a number of this shard stands for.
 *
 * @throws ServiceError for one of another shard, or one that is trimmed.
 */
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
  const input = checkInput(raw, ITERATOR_INPUT);
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

const RECORDS_INPUT = {
  ShardIterator: { type: 'string', min: 1, max: 2048, required: true },
  Limit: { type: 'Integer', min: 1, max: 1000 },
} as const;

/**
 * Source: the API reference of GetRecords: at most 1,000 records or 1 MB, whichever comes first.
 */
const MAX_RECORDS = 1000;
const MAX_BYTES = 1024 * 1024;

function describeRecord({ region }: CallContext, { viewType }: TableStream, record: ChangeRecord) {
  return {
    eventID: record.eventId,
    eventName: record.eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    // Whole seconds.
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(record.atMs / 1000),
      Keys: record.keys,
      NewImage: record.newImage,
      OldImage: record.oldImage,
      SequenceNumber: sequenceNumber(record.sequence),
      SizeBytes: record.bytes,
      StreamViewType: viewType,
    },
    // Source: "DynamoDB Streams and time to live".
    userIdentity: record.byTimeToLive ? { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' } : undefined,
  };
}

function takePage(records: readonly ChangeRecord[], limit: number): ChangeRecord[] {
  const page: ChangeRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    bytes += record.bytes;
    if (page.length === limit || (page.length > 0 && bytes > MAX_BYTES)) break;
    page.push(record);
  }
  return page;
}

export const getRecords: Action = (raw, context) => {
  const { ShardIterator, Limit = MAX_RECORDS } = checkInput(raw, RECORDS_INPUT);
  const { streamArn, shardId, after, madeAtMs } = readIterator(ShardIterator);
  const stream = openStream(context, streamArn);
  const now = context.clock.now();
  if (now - madeAtMs >= ITERATOR_LIFE_MS) {
    throw new ServiceError(
      'ExpiredIteratorException',
      'Iterator expired. The iterator was created at time ' +
        `${new Date(madeAtMs).toUTCString()} while right now it is ${new Date(now).toUTCString()}, which is further in the ` +
        `future than the tolerated delay of ${ITERATOR_LIFE_MS} milliseconds.`,
    );
  }
  const shard = openShard(stream, shardId);
  const page = takePage(
    shard.records.filter(({ sequence }) => sequence > after),
    Limit,
  );
  const reached = page.at(-1)?.sequence ?? after;
  // The end of a closed shard: what follows is in its child.
  const isDone = shard.end !== undefined && reached >= (shard.records.at(-1)?.sequence ?? shard.start - 1);
  return {
    Records: page.map((record) => describeRecord(context, stream, record)),
    NextShardIterator: isDone ? undefined : writeIterator({ streamArn, shardId, after: reached, madeAtMs: now }),
  };
};

import type { Action, CallContext } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { checkInput } from '../../dynamodb/input/check-input.ts';
import { sequenceNumber } from '../../dynamodb/streams/sequence-number.ts';
import type { ChangeRecord, TableStream } from '../../dynamodb/streams/table-stream.ts';
import { openShard, openStream } from '../open-stream.ts';
import { ITERATOR_LIFE_MS, readIterator, writeIterator } from '../shard-iterator.ts';

const INPUT = {
  ShardIterator: { type: 'string', min: 1, max: 2048, required: true },
  Limit: { type: 'Integer', min: 1, max: 1000 },
} as const;

/** Source: the API reference of GetRecords: at most 1,000 records or 1 MB, whichever comes first. */
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
  const { ShardIterator, Limit = MAX_RECORDS } = checkInput(raw, INPUT);
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

import type { AwsClient } from '../../client/aws-client.ts';
import { AwsCallError } from '../../client/aws-client.ts';

/** A record as the API of DynamoDB Streams gives it. */
export interface StreamApiRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: string;
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly dynamodb: StreamChange;
  readonly userIdentity?: { readonly Type: string; readonly PrincipalId: string };
}

type Attributes = Readonly<Record<string, unknown>>;

interface StreamChange {
  /** Seconds since the epoch. */
  readonly ApproximateCreationDateTime: number;
  readonly Keys: Attributes;
  readonly NewImage?: Attributes;
  readonly OldImage?: Attributes;
  readonly SequenceNumber: string;
  readonly SizeBytes: number;
  readonly StreamViewType: string;
}

/**
 * One record of the event that Lambda makes of a table's changes; attribute values as DynamoDB's
 * JSON has them.
 */
export interface StreamRecord extends Omit<StreamApiRecord, 'userIdentity'> {
  /**
   * Who deleted, if time to live did: `{ type: 'Service', principalId: 'dynamodb.amazonaws.com' }`.
   */
  readonly userIdentity?: { readonly type: string; readonly principalId: string };
  readonly eventSourceARN: string;
}

export function streamRecord({ userIdentity, ...record }: StreamApiRecord, streamArn: string): StreamRecord {
  return {
    ...record,
    ...(userIdentity === undefined
      ? {}
      : { userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId } }),
    eventSourceARN: streamArn,
  };
}

type StartingPosition = 'TRIM_HORIZON' | 'LATEST';

interface Shard {
  readonly ShardId: string;
  readonly ParentShardId?: string;
}

/** Reads a stream record by record, through all its shards. */
interface StreamReader {
  /** Up to `limit` records; none when there are none right now. */
  read(limit: number): Promise<readonly StreamApiRecord[]>;
}

async function listShards(client: AwsClient, StreamArn: string): Promise<readonly Shard[]> {
  const shards: Shard[] = [];
  let ExclusiveStartShardId: string | undefined;
  do {
    const answer = await client.json('dynamodbstreams', 'DescribeStream', { StreamArn, ExclusiveStartShardId });
    // The shape of the API.
    const page = answer.StreamDescription as { Shards?: Shard[]; LastEvaluatedShardId?: string };
    shards.push(...(page.Shards ?? []));
    ExclusiveStartShardId = page.LastEvaluatedShardId;
  } while (ExclusiveStartShardId !== undefined);
  return shards;
}

/**
 * Shards are read one after the other, parents before children: within a key, order is the
 * stream's.
 */
export function createStreamReader(client: AwsClient, StreamArn: string, startAt: StartingPosition): StreamReader {
  let shard: Shard | undefined;
  let iterator: string | undefined;
  let lastRead: string | undefined;
  const finished = new Set<string>();
  let starting = startAt;

  async function openIterator(): Promise<string | undefined> {
    if (shard === undefined) {
      const shards = (await listShards(client, StreamArn)).filter(({ ShardId }) => !finished.has(ShardId));
      shard = starting === 'LATEST' ? shards.at(-1) : shards[0];
      if (shard === undefined) return undefined;
      // Who begins at the latest record has no use for older shards; what follows is read from its
      // beginning.
      if (starting === 'LATEST') for (const { ShardId } of shards) if (ShardId !== shard.ShardId) finished.add(ShardId);
      lastRead = undefined;
    }
    const from =
      lastRead === undefined
        ? { ShardIteratorType: starting }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: lastRead };
    const answer = await client.json('dynamodbstreams', 'GetShardIterator', {
      StreamArn,
      ShardId: shard.ShardId,
      ...from,
    });
    starting = 'TRIM_HORIZON';
    return String(answer.ShardIterator);
  }

  async function readOn(Limit: number): Promise<readonly StreamApiRecord[]> {
    iterator ??= await openIterator();
    if (iterator === undefined) return [];
    const answer = await client.json('dynamodbstreams', 'GetRecords', { ShardIterator: iterator, Limit });
    const records = (answer.Records ?? []) as StreamApiRecord[]; // the shape of the API
    lastRead = records.at(-1)?.dynamodb.SequenceNumber ?? lastRead;
    iterator = answer.NextShardIterator as string | undefined;
    if (iterator === undefined && shard !== undefined) {
      finished.add(shard.ShardId);
      shard = undefined;
    }
    return records;
  }

  /**
   * Whether an error only means that the reader was away for long, so that it can go on from
   * elsewhere.
   */
  function canGoOn(error: unknown): boolean {
    const code = error instanceof AwsCallError ? error.code : '';
    const wasIn = shard;
    // An iterator lives 15 minutes, which an invocation may take: the next begins behind what was
    // read, if that is still there.
    if (code === 'TrimmedDataAccessException') lastRead = undefined;
    else if (code === 'ResourceNotFoundException') shard = undefined;
    else if (code !== 'ExpiredIteratorException') return false;
    iterator = undefined;
    return wasIn !== undefined;
  }

  return {
    read: async (limit) => {
      try {
        return await readOn(limit);
      } catch (error) {
        if (canGoOn(error)) return [];
        throw error;
      }
    },
  };
}

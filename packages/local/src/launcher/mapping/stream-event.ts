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

export interface StreamChange {
  /** Seconds since the epoch. */
  readonly ApproximateCreationDateTime: number;
  readonly Keys: Attributes;
  readonly NewImage?: Attributes;
  readonly OldImage?: Attributes;
  readonly SequenceNumber: string;
  readonly SizeBytes: number;
  readonly StreamViewType: string;
}

/** One record of the event that Lambda makes of a table's changes; attribute values as DynamoDB's JSON has them. */
export interface StreamRecord extends Omit<StreamApiRecord, 'userIdentity'> {
  /** Who deleted, if time to live did: `{ type: 'Service', principalId: 'dynamodb.amazonaws.com' }`. */
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

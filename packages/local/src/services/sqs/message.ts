/** As the JSON protocol carries it: binary values in base64. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** What a producer gives. */
export interface MessageDraft {
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly systemAttributes: MessageAttributes;
  /** Without it the queue's delay applies. */
  readonly delaySeconds?: number | undefined;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly senderId: string;
}

/** A message in a queue. */
export interface Message extends Omit<MessageDraft, 'delaySeconds'> {
  readonly id: string;
  readonly sequenceNumber: string | undefined;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  /** From when on it can be received: the end of its delay, then of its visibility timeout. */
  visibleAt: number;
  inFlight: boolean;
  /** `ApproximateReceiveCount`: goes on in a dead-letter queue. */
  receiveCount: number;
  /** What this queue's redrive policy counts. */
  receivesHere: number;
  firstReceivedAt: number | undefined;
  lastReceivedAt: number;
  /** Only the newest receipt handle deletes; it names this. */
  receipt: string;
  /** The queue that it was a dead letter of. */
  readonly sourceArn: string | undefined;
}

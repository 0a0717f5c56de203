import type { Clock } from '../../core/clock.ts';

/** The messages that a receive of a FIFO queue gave under its ReceiveRequestAttemptId. */
interface ReceiveAttempt {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly given: ReadonlyArray<{ readonly messageId: string; readonly receipt: string; readonly until: number }>;
}

/**
 * All that a queue remembers: plain data, apart from the receives that wait and from the order made
 * of it.
 */
export interface QueueState {
  readonly name: string;
  readonly arn: string;
  readonly attributes: Record<string, string>;
  readonly tags: Map<string, string>;
  readonly createdAt: number;
  modifiedAt: number;
  purgedAt: number | undefined;
  /** In the order they came. */
  readonly messages: Map<string, Message>;
  readonly accepted: Deduplication;
  readonly attempts: Map<string, ReceiveAttempt>;
  /** Of the newest sequence number. */
  sequence: number;
}

/** The state of a queue that nothing was sent to. */
export function emptyQueueState(
  queue: Pick<QueueState, 'name' | 'arn' | 'attributes' | 'tags'>,
  createdAt: number,
): QueueState {
  return {
    ...queue,
    createdAt,
    modifiedAt: createdAt,
    purgedAt: undefined,
    messages: new Map(),
    accepted: new Map(),
    attempts: new Map(),
    sequence: 0,
  };
}

/** The answer to a producer. */
export interface Sent {
  readonly messageId: string;
  readonly sequenceNumber: string | undefined;
}

/**
 * A received message with the receipt of this receive: a later receive changes the message, not
 * this.
 */
export interface Received {
  readonly message: Readonly<Message>;
  readonly receipt: string;
}

interface ReceiveOptions {
  readonly max: number;
  /** Without it the queue's applies. */
  readonly visibilityTimeoutSeconds?: number | undefined;
  readonly waitSeconds: number;
  /**
   * FIFO: a receive under the id of an earlier one gives the same messages under the same handles
   * again.
   */
  readonly attemptId?: string | undefined;
  /** Ends the wait, with nothing received. */
  readonly signal: AbortSignal;
}

/** One queue. */
export interface Queue {
  readonly name: string;
  readonly arn: string;
  readonly fifo: boolean;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Map<string, string>;
  /** All of the above and the messages, as data; a queue made of it goes on where this one is. */
  readonly state: QueueState;
  /** An empty value removes an attribute. */
  setAttributes(attributes: Readonly<Record<string, string>>): void;
  /** The draft must be valid. Several at once wake a poll once. */
  send(drafts: readonly MessageDraft[]): Sent[];
  receive(options: ReceiveOptions): Promise<Received[]>;
  /**
   * Succeeds when the message is gone already. FIFO: only the newest handle, before its timeout.
   */
  delete(receiptHandle: string): void;
  changeVisibility(receiptHandle: string, seconds: number): void;
  purge(): void;
  /** Takes in a dead letter of another queue. */
  adopt(message: Message, sourceArn: string): void;
  /** Takes in a message that a move task brings: as a new one. */
  readmit(message: Message): void;
  /**
   * Gives up to `max` visible messages to `deliver`, in order; those it takes leave this queue.
   * Stops at the first that it does not take. Returns how many left.
   */
  moveOut(max: number, deliver: (message: Message) => boolean): number;
  counts(): { visible: number; inFlight: number; delayed: number };
  /** Ends every wait: the queue is going. */
  close(): void;
}

export interface QueueOptions {
  readonly state: QueueState;
  readonly clock: Clock;
  /** Finds a dead-letter queue. */
  readonly queueByArn: (arn: string) => Queue | undefined;
}

/** As the JSON protocol carries it: binary values in base64. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** The input of a producer. */
export interface MessageDraft {
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly systemAttributes: MessageAttributes;
  /** Without it the queue's delay applies. */
  readonly delaySeconds?: number | undefined;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly senderId: string;
  /**
   * The X-Amzn-Trace-Id header of the request that sent it: shown as AWSTraceHeader, but part of no
   * checksum.
   */
  readonly traceHeader?: string | undefined;
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
  /** The count for this queue's redrive policy. */
  receivesHere: number;
  firstReceivedAt: number | undefined;
  lastReceivedAt: number;
  /** Only the newest receipt handle deletes; it names this. */
  receipt: string;
  /** The queue that it was a dead letter of. */
  readonly sourceArn: string | undefined;
}

/** The first message under a deduplication id. */
export interface Original {
  readonly messageId: string;
  readonly sequenceNumber: string;
}

/**
 * The messages that a FIFO queue or topic accepted in the last five minutes. Deleting a message
 * does not shorten that.
 */
export type Deduplication = Map<string, Original & { readonly at: number }>;

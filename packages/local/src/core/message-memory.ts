/** A message when a consumer receives it. */
export interface ReceivedMessage {
  readonly queueArn: string;
  readonly messageId: string;
  readonly body: string;
  /** Attributes of the producer that are texts, by name. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly receiveCount: number;
  readonly receivedAtMs: number;
}

/** A {@link ReceivedMessage} as it is kept: the body may be cut, long attributes are left out. */
export interface KeptMessage extends ReceivedMessage {
  readonly bodyLength: number;
  /** When a consumer deleted it, which is how it says that it has handled it. */
  readonly deletedAtMs: number | undefined;
}

/** The newest messages that were received, also after they have left their queue. */
export interface MessageMemory {
  received(message: ReceivedMessage): void;
  deleted(queueArn: string, messageId: string, atMs: number): void;
  /** In the order of their last receive. */
  withAttribute(name: string, value: string): readonly KeptMessage[];
  clear(): void;
}

/**
 * With the default limits at most 2,000 * (16,384 + 10 * (1,024 + 256)) characters of two bytes =
 * 117 MB: SQS takes ten attributes with names of up to 256 characters.
 */
const DEFAULT_MESSAGES = 2_000;
export const KEPT_BODY = 16 * 1024;
/** A longer value is not an id that is looked for. */
const KEPT_ATTRIBUTE = 1024;

/** The beginning of a text as a copy: a slice of V8 keeps the whole text in memory. */
const beginningOf = (text: string) =>
  text.length <= KEPT_BODY ? text : Buffer.from(text.slice(0, KEPT_BODY), 'utf16le').toString('utf16le');

/** Keeps the newest `limit` messages, so that a long session cannot fill the process. */
export function createMessageMemory(limit = DEFAULT_MESSAGES): MessageMemory {
  // A Map lists its keys in the order in which they were added.
  const kept = new Map<string, KeptMessage>();
  const keyOf = (queueArn: string, messageId: string) => `${queueArn} ${messageId}`;
  return {
    received: (message) => {
      const key = keyOf(message.queueArn, message.messageId);
      const { body } = message;
      const short = Object.entries(message.attributes).filter(([, value]) => value.length <= KEPT_ATTRIBUTE);
      const attributes = Object.fromEntries(short);
      kept.delete(key);
      kept.set(key, {
        ...message,
        attributes,
        body: beginningOf(body),
        bodyLength: body.length,
        deletedAtMs: undefined,
      });
      const oldest = kept.size > limit ? kept.keys().next() : undefined;
      if (oldest?.done === false) kept.delete(oldest.value);
    },
    deleted: (queueArn, messageId, deletedAtMs) => {
      const key = keyOf(queueArn, messageId);
      const message = kept.get(key);
      if (message !== undefined) kept.set(key, { ...message, deletedAtMs });
    },
    withAttribute: (name, value) => [...kept.values()].filter(({ attributes }) => attributes[name] === value),
    clear: () => kept.clear(),
  };
}

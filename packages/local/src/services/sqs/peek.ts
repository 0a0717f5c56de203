import type { World } from '../../core/stores.ts';
import { queueStore } from './queue-store.ts';
import type { MessageAttributes } from './queue-types.ts';

/** A message as it lies in its queue. */
export interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
  /** Attributes of the producer, by name. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly state: 'visible' | 'in flight' | 'delayed';
  readonly receiveCount: number;
  readonly sentAtMs: number;
  /** Set in a FIFO queue. */
  readonly groupId: string | undefined;
}

/** The place of a queue. */
export interface QueuePlace {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

/** Attributes by name: texts, and binary ones in base64. */
export function plainAttributes(attributes: MessageAttributes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, { StringValue, BinaryValue }]) => [key, StringValue ?? BinaryValue ?? '']),
  );
}

/**
 * Reads the oldest messages of a queue. Nothing is received: no count and no timeout changes.
 *
 * @returns undefined when there is no such queue
 */
export function peekQueue(
  world: World,
  { account, region, name }: QueuePlace,
  { nowMs, limit }: { readonly nowMs: number; readonly limit: number },
): QueuedMessage[] | undefined {
  const queue = world.stores(account, region).get(queueStore).byName(name);
  if (queue === undefined) return undefined;
  return [...queue.state.messages.values()].slice(0, limit).map((message) => ({
    messageId: message.id,
    body: message.body,
    attributes: plainAttributes(message.attributes),
    state: message.visibleAt <= nowMs ? 'visible' : message.inFlight ? 'in flight' : 'delayed',
    receiveCount: message.receiveCount,
    sentAtMs: message.sentAt,
    groupId: message.groupId,
  }));
}

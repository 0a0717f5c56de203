import type { World } from '../../core/stores.ts';
import { queueStore } from './queue-store.ts';

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
    attributes: Object.fromEntries(
      Object.entries(message.attributes).map(([key, { StringValue, BinaryValue }]) => [
        key,
        StringValue ?? BinaryValue ?? '',
      ]),
    ),
    state: message.visibleAt <= nowMs ? 'visible' : message.inFlight ? 'in flight' : 'delayed',
    receiveCount: message.receiveCount,
    sentAtMs: message.sentAt,
    groupId: message.groupId,
  }));
}

import type { Clock } from '../../core/clock.ts';
import type { FunctionRegistry } from '../../core/function-registry.ts';
import type { Stores } from '../../core/stores.ts';
import type { Delivery } from './delivery.ts';
import type { Outcome } from './post.ts';
import { post } from './post.ts';
import { parseRedriveTarget } from './redrive-target.ts';
import { sendToQueue } from './send-to-queue.ts';
import { findSubscription, topicStore } from './topic-store.ts';

/** What a delivery needs of where it is. */
export interface DeliveryPlace {
  readonly clock: Clock;
  readonly stores: Stores;
  readonly functions: FunctionRegistry;
  background(work: () => unknown): void;
}

async function attempt({ kind, endpoint, headers, body }: Delivery, { functions }: DeliveryPlace): Promise<Outcome> {
  if (kind === 'http') return post(endpoint, headers, body);
  if (!functions.has(endpoint)) return 'refused';
  try {
    await functions.invoke(endpoint, JSON.parse(body));
    return 'delivered';
  } catch {
    return 'failed';
  }
}

/** What did not arrive goes to the dead-letter queue that the subscription has now. A function that failed is no fault of SNS. */
function bury(
  { kind, deadLetter, subscriptionArn }: Delivery,
  outcome: Outcome,
  { clock, stores }: DeliveryPlace,
): void {
  const found = findSubscription(stores.get(topicStore), subscriptionArn, clock.now());
  const redrive = found?.subscription.attributes.get('RedrivePolicy');
  if (redrive === undefined || deadLetter === undefined || (kind === 'lambda' && outcome === 'failed')) return;
  sendToQueue(parseRedriveTarget(redrive), deadLetter, () => stores);
}

/** Tries a delivery now and, on the clock, as often as it may be tried; it waits in the store as long as that takes. */
export async function runDelivery(delivery: Delivery, place: DeliveryPlace): Promise<void> {
  const { clock, stores } = place;
  // Not in the store any more after a reset.
  const isHere = () => stores.get(topicStore).deliveries.get(delivery.id) === delivery;
  if (!isHere()) return;
  const outcome = await attempt(delivery, place);
  if (!isHere()) return;
  const delay = outcome === 'failed' ? delivery.retriesMs.shift() : undefined;
  if (delay !== undefined) {
    delivery.dueAt = clock.now() + delay;
    clock.after(delay, () => runDelivery(delivery, place));
    return;
  }
  stores.get(topicStore).deliveries.delete(delivery.id);
  if (outcome !== 'delivered') bury(delivery, outcome, place);
}

/** Puts a delivery into the store and tries it. */
export function startDelivery(delivery: Delivery, place: DeliveryPlace): void {
  place.stores.get(topicStore).deliveries.set(delivery.id, delivery);
  place.background(() => runDelivery(delivery, place));
}

import { randomUUID } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { ServiceCall } from '../../core/authorizer.ts';
import type { Clock } from '../../core/clock.ts';
import type { FunctionRegistry } from '../../core/function-registry.ts';
import type { CallContext, ResumeContext } from '../../core/service.ts';
import type { Stores } from '../../core/stores.ts';
import type { MessageAttributes, MessageDraft } from '../sqs/queue-types.ts';
import { sendToQueue } from '../sqs/send-to-queue.ts';
import { effectiveDeliveryPolicy, retryDelays } from './delivery-policy.ts';
import { matchesAttributes, matchesBody, parseFilterPolicy } from './filter-policy.ts';
import type { Notification } from './notification.ts';
import { httpHeaders, lambdaEvent, messageFor, signedFields, wrap } from './notification.ts';
import type { MessageSignature } from './signing.ts';
import { signMessage } from './signing.ts';
import { parseRedriveTarget } from './subscription-attributes.ts';
import type { Delivery, Subscription, Topic } from './topic.ts';
import { findSubscription, liveSubscriptions, topicStore } from './topic.ts';

/** Whether a request arrived; `failed` is worth another try, `refused` is not. */
type Outcome = 'delivered' | 'failed' | 'refused';

// "Amazon SNS waits 15 seconds for a response" (HTTP/S endpoints).
const TIMEOUT_MS = 15_000;

/**
 * Client-side errors are final, "except 429" and what is the server's fault (SNS developer guide,
 * message delivery retries).
 */
const outcomeOf = (status: number): Outcome => {
  if (status >= 200 && status < 300) return 'delivered';
  return status >= 500 || status === 429 || status < 200 ? 'failed' : 'refused';
};

/** Posts `body` to an HTTP or HTTPS URL. Follows no redirect. Never rejects. */
async function post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Outcome> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      agent: false,
    };
    const sent = request(url, options, (response) => {
      response.resume();
      response.on('end', () => resolve(outcomeOf(response.statusCode ?? 0)));
      response.on('error', () => resolve('failed'));
    });
    // A URL that does not answer must not keep the process alive.
    sent.on('socket', (socket) => socket.unref());
    sent.on('error', () => resolve('failed'));
    sent.end(body);
  });
}

/** The surroundings that a delivery needs. */
interface DeliveryPlace {
  readonly clock: Clock;
  readonly stores: Stores;
  readonly functions: FunctionRegistry;
  readonly region: string;
  permits(call: ServiceCall): boolean;
  background(work: () => unknown): void;
}

/** A subscription's ARN is its topic's with one element more. */
const topicArnOf = (subscriptionArn: string) => subscriptionArn.slice(0, subscriptionArn.lastIndexOf(':'));

/** Whether SNS has the permission to act for a topic. */
const may =
  (topicArn: string, { permits, region }: Pick<DeliveryPlace, 'permits' | 'region'>) =>
  (action: string, resource: string): boolean =>
    permits({ from: 'sns.amazonaws.com', action, resource, sourceArn: topicArn, region });

async function attempt(delivery: Delivery, place: DeliveryPlace): Promise<Outcome> {
  const { kind, endpoint, headers, body, subscriptionArn } = delivery;
  const { functions } = place;
  if (kind === 'http') return post(endpoint, headers, body);
  if (!functions.has(endpoint)) return 'refused';
  if (!may(topicArnOf(subscriptionArn), place)('lambda:InvokeFunction', endpoint)) return 'refused';
  try {
    await functions.invoke(endpoint, JSON.parse(body));
    return 'delivered';
  } catch {
    return 'failed';
  }
}

/**
 * A notification that did not arrive goes to the dead-letter queue that the subscription has now. A
 * failed function does not count.
 */
function bury({ kind, deadLetter, subscriptionArn }: Delivery, outcome: Outcome, place: DeliveryPlace): void {
  const { clock, stores } = place;
  const found = findSubscription(stores.get(topicStore), subscriptionArn, clock.now());
  const redrive = found?.subscription.attributes.get('RedrivePolicy');
  if (redrive === undefined || deadLetter === undefined || (kind === 'lambda' && outcome === 'failed')) return;
  sendToQueue(parseRedriveTarget(redrive), deadLetter, {
    storesOf: () => stores,
    may: may(topicArnOf(subscriptionArn), place),
  });
}

/**
 * Tries a delivery now and, on the clock, as often as it may be tried; it waits in the store as
 * long as that takes.
 */
async function runDelivery(delivery: Delivery, place: DeliveryPlace): Promise<void> {
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

/** Functions are registered only after the endpoint has started. */
const LAMBDA_WAIT_MS = 60_000;

/** Lets the deliveries of a snapshot go on. */
export function resumeDeliveries(context: ResumeContext): void {
  const { clock, stores } = context;
  for (const delivery of stores.get(topicStore).deliveries.values()) {
    const wait = Math.max(0, delivery.dueAt - clock.now());
    clock.after(delivery.kind === 'lambda' ? Math.max(wait, LAMBDA_WAIT_MS) : wait, () =>
      runDelivery(delivery, context),
    );
  }
}

/**
 * Lambda tries an asynchronous event twice more, a minute and two minutes later (Lambda developer
 * guide, retry behaviour).
 */
const LAMBDA_RETRIES_MS = [60_000, 120_000];

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Attributes as a filter policy sees them: numbers as numbers, arrays as arrays, no binary values.
 */
function filterable(attributes: MessageAttributes): Record<string, unknown> {
  const values = Object.entries(attributes).flatMap(([name, { DataType, StringValue }]) => {
    if (StringValue === undefined) return [];
    if (DataType.startsWith('Number')) return [[name, Number(StringValue)]];
    return [[name, DataType === 'String.Array' ? (parse(StringValue) ?? StringValue) : StringValue]];
  });
  return Object.fromEntries(values);
}

function wants({ attributes, protocol }: Subscription, notification: Notification): boolean {
  const text = attributes.get('FilterPolicy');
  if (text === undefined) return true;
  const scope = attributes.get('FilterPolicyScope') ?? 'MessageAttributes';
  const policy = parseFilterPolicy(text, scope);
  if (scope === 'MessageAttributes') return matchesAttributes(policy, filterable(notification.attributes));
  const body = parse(messageFor(notification, protocol));
  // A body that is no JSON object satisfies no policy on bodies.
  return typeof body === 'object' && body !== null && !Array.isArray(body) && matchesBody(policy, { ...body });
}

const isRaw = ({ attributes }: Subscription) => attributes.get('RawMessageDelivery') === 'true';

/** A notification on its way to one subscription. */
interface Parcel {
  readonly topic: Topic;
  readonly subscription: Subscription;
  readonly notification: Notification;
  readonly signature: MessageSignature | undefined;
  /** As a queue gets it: the subscription's own, or its dead-letter queue. */
  readonly draft: MessageDraft;
}

function deliverHttp({ topic, subscription, notification, draft }: Parcel, context: CallContext): void {
  const { retry, contentType } = effectiveDeliveryPolicy(topic, subscription);
  startDelivery(
    {
      id: randomUUID(),
      kind: 'http',
      subscriptionArn: subscription.arn,
      endpoint: subscription.endpoint,
      headers: httpHeaders({
        type: 'Notification',
        messageId: notification.messageId,
        topicArn: topic.arn,
        subscriptionArn: subscription.arn,
        contentType,
        raw: isRaw(subscription),
      }),
      body: draft.body,
      deadLetter: draft,
      retriesMs: retryDelays(retry),
      dueAt: context.clock.now(),
    },
    context,
  );
}

function deliverLambda({ subscription, notification, signature, draft }: Parcel, context: CallContext): void {
  if (signature === undefined) return; // of FIFO topics, to which no function subscribes
  startDelivery(
    {
      id: randomUUID(),
      kind: 'lambda',
      subscriptionArn: subscription.arn,
      endpoint: subscription.endpoint,
      headers: {},
      body: JSON.stringify(lambdaEvent(notification, subscription, signature, context.origin)),
      deadLetter: draft,
      retriesMs: [...LAMBDA_RETRIES_MS],
      dueAt: context.clock.now(),
    },
    context,
  );
}

/**
 * A queue that does not take a message refuses it for good: the dead-letter queue gets it at once.
 */
function deliverQueue({ topic, subscription, draft }: Parcel, context: CallContext): void {
  const sender = { storesOf: context.storesOf, may: may(topic.arn, context) };
  if (sendToQueue(subscription.endpoint, draft, sender)) return;
  const redrive = subscription.attributes.get('RedrivePolicy');
  if (redrive !== undefined) sendToQueue(parseRedriveTarget(redrive), draft, sender);
}

const DELIVER: Record<string, (parcel: Parcel, context: CallContext) => void> = {
  http: deliverHttp,
  https: deliverHttp,
  lambda: deliverLambda,
  sqs: deliverQueue,
};

/**
 * Delivers to every subscription that wants it; what cannot be delivered goes to the subscription's
 * dead-letter queue, if it has one.
 */
export async function deliver(topic: Topic, notification: Notification, context: CallContext): Promise<void> {
  const { origin, clock } = context;
  const version = topic.attributes.get('SignatureVersion') ?? '1';
  const wanted = liveSubscriptions(topic, clock.now()).filter(
    (subscription) => subscription.confirmed && wants(subscription, notification),
  );
  const signatures = new Map<string, MessageSignature>();
  for (const subscription of topic.fifo ? [] : wanted) {
    if (isRaw(subscription) || signatures.has(subscription.protocol)) continue;
    signatures.set(
      subscription.protocol,
      await signMessage(signedFields(notification, subscription.protocol), version, origin),
    );
  }
  for (const subscription of wanted) {
    const raw = isRaw(subscription);
    const signature = signatures.get(subscription.protocol);
    const draft: MessageDraft = {
      body: raw ? messageFor(notification, subscription.protocol) : wrap(notification, subscription, signature, origin),
      attributes: raw ? notification.attributes : {},
      systemAttributes: {},
      groupId: notification.groupId,
      deduplicationId: notification.deduplicationId,
      senderId: context.account,
      traceHeader: context.traceHeader,
    };
    DELIVER[subscription.protocol]?.({ topic, subscription, notification, signature, draft }, context);
  }
}

import { verify } from 'node:crypto';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { Scope } from '@twelvefold/lifecycle';
import { runInScope } from '@twelvefold/lifecycle';
import { CORRELATION_ATTRIBUTE, SAMPLED, SAMPLED_ATTRIBUTE } from '@twelvefold/lifecycle/internal';
import { describeIssues } from '../../message/describe-issues.ts';
import { TRACEPARENT_ATTRIBUTE, XRAY_ATTRIBUTE } from '../../message/outgoing-attributes.ts';
import { Drop } from '../../queue/drop.ts';
import { Poison } from '../../queue/poison.ts';
import { SNS_LIMITS } from '../sns-limits.ts';
import type { TopicDefinition } from '../topic.ts';
import { createCertificates } from './certificates.ts';
import type { SnsEnvelope } from './envelope.ts';
import { readEnvelope, signedText } from './envelope.ts';

/**
 * Information about the notification that a handler works on.
 * @inline
 */
interface NotificationInfo {
  /** The same in every delivery of one message: an idempotency key. */
  readonly messageId: string;
  readonly topicArn: string;
  readonly sentAtMs: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * The outcome of a request, for logs and metrics.
 * @inline
 */
export type SnsEndpointEvent =
  | { readonly type: 'handled' | 'dropped' | 'confirmed' | 'unsubscribed'; readonly messageId: string }
  | { readonly type: 'refused'; readonly reason: string; readonly error?: unknown }
  | { readonly type: 'poisoned' | 'failed'; readonly messageId: string; readonly error: unknown };

/** @inline */
interface SnsEndpointOptions<S extends StandardSchemaV1> {
  definition: TopicDefinition<S>;
  /** ARNs of the topics that may send; anybody else is refused, however well signed. */
  topics: readonly string[];
  /** Names the scopes of its messages. */
  component: string;
  /** Gets the schema's output. The message is acknowledged when the promise resolves. */
  handle: (message: StandardSchemaV1.InferOutput<S>, info: NotificationInfo, scope: Scope) => Promise<void>;
  onEvent?: (event: SnsEndpointEvent) => void;
  /**
   * An SNS other than AWS's, e.g. a local one: only it is asked for certificates and confirmations.
   * @defaultValue AWS's, by the topic's region
   */
  endpoint?: string;
  /** @defaultValue the global one */
  fetch?: (url: URL, init: RequestInit) => Promise<Response>;
  /** @defaultValue the system's clock */
  clock?: Clock;
}

const KNOWN = ['definition', 'topics', 'component', 'handle', 'onEvent', 'endpoint', 'fetch', 'clock'];
/** SNS's delivery policies retry for an hour at most; an older message is a replay. */
const OLDEST_MS = 3_600_000;
const AHEAD_MS = 300_000;
const CONFIRM_TIMEOUT_MS = 10_000;
/** A message of the largest size, every character escaped, and the envelope around it. */
const MOST_BYTES = 3 * SNS_LIMITS.mostBytes;
/** Signature version 1 is SHA1, 2 is SHA256. */
const DIGESTS: Readonly<Record<string, string>> = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' };

/**
 * An HTTP(S) subscription to a topic, as a fetch handler. It believes a request only when its topic
 * is in `topics`, it was signed (versions 1 and 2) within the last hour by a certificate from the
 * SNS of that topic's region, and then confirms subscriptions by itself and hands messages to
 * `handle`.
 *
 * It answers 204 to what is done, 400 to what can never be (`Poison`, or a message that does not
 * fit the schema: SNS does not try 4xx again but moves the message to the subscription's
 * dead-letter queue), 403 to what it does not believe, and 500 to anything else, which SNS sends
 * again. Raw delivery carries no signature and is refused.
 *
 * @throws TypeError for an option that is unknown or missing.
 * @example
 * ```ts
 * const arn = 'arn:aws:sns:eu-central-1:123456789012:orders-prod-order-events';
 * const receive = createSnsEndpoint({
 *   definition: events,
 *   topics: [arn],
 *   component: 'events',
 *   handle: async (event, { messageId }) => console.log(messageId, event.orderId),
 * });
 * const request = new Request('https://example.com/sns', { method: 'POST', body: '{}' });
 * const answer = await receive(request); // 403
 * ```
 */
export function createSnsEndpoint<S extends StandardSchemaV1>(
  options: SnsEndpointOptions<S>,
): (request: Request) => Promise<Response> {
  const { definition, topics, component, handle, endpoint, clock = systemClock } = options;
  const subject = `HTTP subscription to topic '${definition.name}'`;
  assertKnownOptions(`create ${subject}`, options, KNOWN);
  if (
    !Array.isArray(topics) ||
    topics.length === 0 ||
    !topics.every((arn) => /^arn:[^:]+:sns:[^:]*:[^:]*:.+$/.test(arn))
  ) {
    throw new TypeError(`Cannot create ${subject}: 'topics' has to list ARNs of topics`);
  }
  if (typeof handle !== 'function') throw new TypeError(`Cannot create ${subject}: 'handle' is not a function`);
  const ask = options.fetch ?? ((url, init) => fetch(url, init));
  const certificates = createCertificates({ fetch: ask, clock });
  const emit = (event: SnsEndpointEvent) => {
    try {
      options.onEvent?.(event);
    } catch {
      // A listener that fails decides nothing.
    }
  };
  const refuse = (status: number, reason: string, error?: unknown) => {
    emit({ type: 'refused', reason, ...(error === undefined ? {} : { error }) });
    return new Response(null, { status });
  };

  return async (request) => {
    if (request.method !== 'POST') return refuse(405, 'it is no POST');
    if (Number(request.headers.get('content-length') ?? 0) > MOST_BYTES) return refuse(413, 'it is too large');
    const body = await request.text();
    if (body.length > MOST_BYTES) return refuse(413, 'it is too large');
    const envelope = readEnvelope(body);
    if (!envelope) return refuse(403, 'it is not a message of SNS, or a raw one, which has no signature');
    if (!topics.includes(envelope.TopicArn)) return refuse(403, 'its topic is not among those that may send');
    const age = clock.now() - Date.parse(envelope.Timestamp);
    if (!(age <= OLDEST_MS && age >= -AHEAD_MS)) return refuse(403, 'it was not signed within the last hour');
    const digest = DIGESTS[envelope.SignatureVersion];
    const url = trustedUrl(envelope.SigningCertURL, envelope.TopicArn, endpoint);
    if (!digest || !url?.pathname.endsWith('.pem')) return refuse(403, 'its signature is of no known kind or place');
    try {
      const key = await certificates.key(url);
      const signature = Buffer.from(envelope.Signature, 'base64');
      if (!verify(digest, Buffer.from(signedText(envelope)), key, signature))
        return refuse(403, 'its signature is wrong');
    } catch (error) {
      return refuse(500, `Cannot fetch the signing certificate from ${url.host}`, error); // SNS sends it again
    }
    if (envelope.Type === 'UnsubscribeConfirmation') {
      emit({ type: 'unsubscribed', messageId: envelope.MessageId });
      return new Response(null, { status: 204 });
    }
    return envelope.Type === 'Notification' ? notified(envelope) : confirm(envelope);
  };

  async function confirm({ SubscribeURL = '', TopicArn, MessageId }: SnsEnvelope): Promise<Response> {
    const url = trustedUrl(SubscribeURL, TopicArn, endpoint);
    if (!url) return refuse(403, 'it would be confirmed somewhere else than at its SNS');
    try {
      const answer = await ask(url, { redirect: 'error', signal: AbortSignal.timeout(CONFIRM_TIMEOUT_MS) });
      await answer.body?.cancel();
      if (!answer.ok) return refuse(500, `SNS answered ${answer.status} to the confirmation`);
    } catch (error) {
      return refuse(500, 'SNS could not be reached to confirm', error);
    }
    emit({ type: 'confirmed', messageId: MessageId });
    return new Response(null, { status: 204 });
  }

  async function notified(envelope: SnsEnvelope): Promise<Response> {
    const attributes: Record<string, string> = {};
    for (const [name, { Type, Value }] of Object.entries(envelope.MessageAttributes ?? {})) {
      if (typeof Value === 'string' && Type !== 'Binary') attributes[name] = Value;
    }
    const { MessageId: messageId, TopicArn: topicArn } = envelope;
    const info: NotificationInfo = { messageId, topicArn, sentAtMs: Date.parse(envelope.Timestamp), attributes };
    const traceparent = attributes[TRACEPARENT_ATTRIBUTE];
    const xray = attributes[XRAY_ATTRIBUTE];
    const init = {
      kind: 'message' as const,
      component,
      correlationId: attributes[CORRELATION_ATTRIBUTE],
      trace: { ...(traceparent ? { traceparent } : {}), ...(xray ? { xray } : {}) },
      sampled: attributes[SAMPLED_ATTRIBUTE] === SAMPLED,
    };
    try {
      await runInScope(init, async (scope) => handle(await messageOf(envelope.Message), info, scope));
    } catch (error) {
      if (Drop.isInstance(error)) {
        emit({ type: 'dropped', messageId });
        return new Response(null, { status: 204 });
      }
      const poison = Poison.isInstance(error);
      emit({ type: poison ? 'poisoned' : 'failed', messageId, error });
      return new Response(null, { status: poison ? 400 : 500 });
    }
    emit({ type: 'handled', messageId });
    return new Response(null, { status: 204 });
  }

  async function messageOf(text: string): Promise<StandardSchemaV1.InferOutput<S>> {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new Poison('(message): body is not JSON');
    }
    const result = await definition.schema['~standard'].validate(value);
    if (result.issues) throw new Poison(describeIssues(definition.schema, result.issues));
    return result.value as StandardSchemaV1.InferOutput<S>; // what the schema gives
  }
}

/** Partitions whose hosts do not end in `amazonaws.com`. */
const SUFFIXES: Readonly<Record<string, string>> = { 'aws-cn': 'amazonaws.com.cn' };

/**
 * Parses a URL of a message. Returns `undefined` unless it is https on the SNS host of the topic's
 * region, without port and credentials: the certificate that verifies the message comes from it.
 *
 * @param endpoint - another SNS than AWS's, e.g. a local one: then the URL has to be on it
 */
export function trustedUrl(text: string, topicArn: string, endpoint: string | undefined): URL | undefined {
  const url = URL.parse(text);
  if (url?.username !== '' || url.password !== '') return undefined;
  if (endpoint !== undefined) return url.origin === new URL(endpoint).origin ? url : undefined;
  const [, partition = '', , region = ''] = topicArn.split(':');
  const host = `sns.${region}.${SUFFIXES[partition] ?? 'amazonaws.com'}`;
  return url.protocol === 'https:' && url.host === host && /^[a-z]{2}(-[a-z]+)+-\d+$/.test(region) ? url : undefined;
}

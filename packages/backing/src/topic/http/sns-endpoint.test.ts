import { sign } from 'node:crypto';
import { createTestClock } from '@twelvefold/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Drop } from '../../queue/drop.ts';
import { Poison } from '../../queue/poison.ts';
import { selfSigned } from '../../testing/self-signed.ts';
import { topic } from '../topic.ts';
import type { SnsEnvelope } from './envelope.ts';
import { signedText } from './envelope.ts';
import type { SnsEndpointEvent } from './sns-endpoint.ts';
import { createSnsEndpoint, trustedUrl } from './sns-endpoint.ts';

const ARN = 'arn:aws:sns:eu-west-1:123456789012:orders-test-order-events';
const HOST = 'https://sns.eu-west-1.amazonaws.com';
const CERT = `${HOST}/SimpleNotificationService-1.pem`;
const events = topic('order-events', { schema: z.object({ orderId: z.string() }) });
const START = 1_700_000_000_000;
const { pem, privateKey } = selfSigned(START - 1_000, START + 86_400_000);

const signed = (fields: Partial<SnsEnvelope> = {}, key = privateKey): SnsEnvelope => {
  const envelope = {
    Type: 'Notification' as const,
    MessageId: 'm-1',
    TopicArn: ARN,
    Message: '{"orderId":"o-1"}',
    Timestamp: new Date(START).toISOString(),
    SignatureVersion: '2',
    Signature: '',
    SigningCertURL: CERT,
    MessageAttributes: { correlationId: { Type: 'String', Value: 'c-7' } },
    ...fields,
  };
  const digest = envelope.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  return { ...envelope, Signature: sign(digest, Buffer.from(signedText(envelope)), key).toString('base64') };
};
const confirmation = (SubscribeURL = `${HOST}/?Action=ConfirmSubscription&TopicArn=${ARN}&Token=t`) =>
  signed({ Type: 'SubscriptionConfirmation', Token: 't', SubscribeURL });

let asked: string[];
let emitted: SnsEndpointEvent[];
let seen: unknown[];
let answer: (url: URL) => Response;
let handle: (orderId: string) => Promise<void>;
const clock = createTestClock(START);

function endpoint() {
  const receive = createSnsEndpoint({
    definition: events,
    topics: [ARN],
    component: 'events',
    clock,
    onEvent: (event) => emitted.push(event),
    fetch: async (url, init) => {
      expect(init.redirect).toBe('error');
      asked.push(url.href);
      return answer(url);
    },
    handle: async ({ orderId }, { messageId, attributes }, { correlationId }) => {
      await handle(orderId);
      seen.push([orderId, messageId, attributes, correlationId]);
    },
  });
  return async (message: unknown, init: RequestInit = {}) => {
    const body = typeof message === 'string' ? message : JSON.stringify(message);
    return (await receive(new Request('https://example.com/sns', { method: 'POST', body, ...init }))).status;
  };
}

beforeEach(() => {
  [asked, emitted, seen] = [[], [], []];
  answer = () => new Response(pem);
  handle = async () => {};
});

describe('an HTTP subscription', () => {
  it.each(['1', '2'])('believes signatures of version %s, and keeps the certificate', async (SignatureVersion) => {
    const post = endpoint();
    expect(await post(signed({ SignatureVersion }))).toBe(204);
    expect(await post(signed({ SignatureVersion, Subject: 'with one' }))).toBe(204);
    expect(seen[0]).toEqual(['o-1', 'm-1', { correlationId: 'c-7' }, 'c-7']);
    expect(asked).toEqual([CERT]);
  });

  it('confirms a subscription that its own SNS asks for', async () => {
    expect(await endpoint()(confirmation())).toBe(204);
    expect(asked).toEqual([CERT, confirmation().SubscribeURL]);
    expect(emitted).toEqual([{ type: 'confirmed', messageId: 'm-1' }]);
    expect(seen).toEqual([]);
  });

  it('confirms nowhere else, though signed', async () => {
    expect(await endpoint()(confirmation('https://169.254.169.254/latest/meta-data'))).toBe(403);
    expect(asked).toEqual([CERT]);
  });

  const other = selfSigned(START - 1_000, START + 1_000);
  it.each<[string, unknown]>([
    ['another key', signed({}, other.privateKey)],
    ['a changed message', { ...signed(), Message: '{"orderId":"o-2"}' }],
    ['a changed type', { ...confirmation(), Type: 'Notification' }],
    ['a subject that was added', { ...signed(), Subject: 'x' }],
    ['another version', { ...signed(), SignatureVersion: '1' }],
    ['an unknown version', signed({ SignatureVersion: '3' })],
    ['a topic that may not send', signed({ TopicArn: `${ARN}-2` })],
    ['an old message', signed({ Timestamp: new Date(START - 3_600_001).toISOString() })],
    ['a message of the future', signed({ Timestamp: new Date(START + 400_000).toISOString() })],
    ['no timestamp', signed({ Timestamp: 'today' })],
    [
      'a certificate of another sender',
      signed({ SigningCertURL: 'https://sns.eu-west-1.amazonaws.com.evil.test/a.pem' }),
    ],
    ['a certificate of another region', signed({ SigningCertURL: 'https://sns.us-east-1.amazonaws.com/a.pem' })],
    ['a certificate without TLS', signed({ SigningCertURL: 'http://sns.eu-west-1.amazonaws.com/a.pem' })],
    ['a certificate at another port', signed({ SigningCertURL: 'https://sns.eu-west-1.amazonaws.com:8443/a.pem' })],
    ['a certificate behind credentials', signed({ SigningCertURL: 'https://a@sns.eu-west-1.amazonaws.com/a.pem' })],
    ['something else than a certificate', signed({ SigningCertURL: `${HOST}/?Action=Publish` })],
    ['raw delivery', '{"orderId":"o-1"}'],
    ['no JSON', 'hello'],
    ['a field that is not text', { ...signed(), Message: { orderId: 'o-1' } }],
  ])('does not believe %s', async (_, message) => {
    expect(await endpoint()(message)).toBe(403);
    expect(seen).toEqual([]);
    expect(emitted).toEqual([{ type: 'refused', reason: expect.any(String) }]);
  });

  it('lets SNS send again what it could not check, and asks for the certificate again', async () => {
    const post = endpoint();
    answer = () => new Response('busy', { status: 503 });
    expect(await post(signed())).toBe(500);
    const { pem: expired } = selfSigned(START - 2_000, START - 1_000);
    answer = () => new Response(expired);
    expect(await post(signed())).toBe(500);
    answer = () => new Response(pem);
    expect(await post(signed())).toBe(204);
    expect(asked).toHaveLength(3);
  });

  it('says by its answer what becomes of a message', async () => {
    const post = endpoint();
    expect(await post(signed({ Message: '{"orderId":4711}' }))).toBe(400);
    expect(String((emitted[0] as { error: Error }).error.message)).not.toContain('4711');
    handle = () => Promise.reject(new Poison('bad'));
    expect(await post(signed())).toBe(400);
    handle = () => Promise.reject(new Drop('not wanted'));
    expect(await post(signed())).toBe(204);
    handle = () => Promise.reject(new Error('database is down'));
    expect(await post(signed())).toBe(500);
    expect(emitted.map(({ type }) => type)).toEqual(['poisoned', 'poisoned', 'dropped', 'failed']);
  });

  it('keeps a bounded number of certificates, each for an hour', async () => {
    const post = endpoint();
    const from = (n: number) =>
      signed({ SigningCertURL: `${HOST}/${n}.pem`, Timestamp: new Date(clock.now()).toISOString() });
    for (let n = 0; n < 17; n += 1) await post(from(n));
    await post(from(16));
    expect(asked).toHaveLength(17);
    await post(from(0)); // the oldest had to go
    expect(asked).toHaveLength(18);
    await clock.advance(3_600_000);
    await post(from(16));
    expect(asked).toHaveLength(19);
    expect(seen).toHaveLength(20);
  });

  it('takes POST alone, and no more than a message can have', async () => {
    const receive = createSnsEndpoint({ definition: events, topics: [ARN], component: 'e', handle: async () => {} });
    expect((await receive(new Request('https://example.com/'))).status).toBe(405);
    expect(await endpoint()('x'.repeat(6_400_000))).toBe(413);
  });
});

it('trusts the hosts of a partition and of another endpoint', () => {
  const china = 'arn:aws-cn:sns:cn-north-1:123456789012:t';
  expect(trustedUrl('https://sns.cn-north-1.amazonaws.com.cn/a.pem', china, undefined)).toBeDefined();
  expect(trustedUrl('https://sns.cn-north-1.amazonaws.com/a.pem', china, undefined)).toBeUndefined();
  const odd = 'arn:aws:sns:evil.test/?:123456789012:t';
  expect(trustedUrl('https://sns.evil.test/?.amazonaws.com/a.pem', odd, undefined)).toBeUndefined();
  expect(trustedUrl('http://127.0.0.1:4566/a.pem', ARN, 'http://127.0.0.1:4566')).toBeDefined();
  expect(trustedUrl('http://127.0.0.1:4567/a.pem', ARN, 'http://127.0.0.1:4566')).toBeUndefined();
});

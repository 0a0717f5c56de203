import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../start.ts';
import { startLocalAws } from '../start.ts';

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws({ hosts: ['Local-Aws'] });
});
afterAll(() => aws.close());

/**
 * The status of a request with exactly these headers; `fetch` would set its own Host and Origin.
 */
function statusOf(headers: Record<string, string>, { method = 'GET', path = '/_twelvefold/health' } = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const sent = request(aws.url, { method, path, headers }, (response) => {
    response.resume();
    response.on('end', () => resolve(response.statusCode));
  });
  sent.on('error', reject);
  sent.end();
  return promise;
}

describe('a request through a name', () => {
  it.each([
    'localhost:4566',
    'LOCALHOST',
    'bucket.localhost:80',
    '127.0.0.1:1',
    '127.8.8.8',
    '[::1]:4566',
    '172.17.0.2:4566',
    'local-aws:4566',
    'localhost.',
  ])('is answered through %s', async (host) => {
    expect(await statusOf({ host })).toBe(200);
  });

  // DNS rebinding: the attacker's own name, resolved to 127.0.0.1.
  it.each([
    'attacker.example',
    'attacker.example:4566',
    'localhost.attacker.example',
    '127.0.0.1.attacker.example',
    'notlocalhost',
    'user@localhost',
    'x',
  ])('is refused through %s', async (host) => {
    expect(await statusOf({ host })).toBe(403);
  });
});

describe('a request from a web page', () => {
  it.each<[string, Record<string, string>]>([
    ['another origin', { origin: 'https://attacker.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['an origin that is opaque', { origin: 'null' }],
    ['an image tag of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['another port of the same site', { 'sec-fetch-site': 'same-site' }],
    ['a site that is not known', { 'sec-fetch-site': '' }],
  ])('is refused from %s, on every path', async (_from, headers) => {
    expect(await statusOf(headers)).toBe(403);
    expect(await statusOf(headers, { method: 'POST', path: '/_twelvefold/reset' })).toBe(403);
    expect(await statusOf(headers, { method: 'POST', path: '/moto-api/reset' })).toBe(403);
    expect(await statusOf(headers, { path: '/?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:eu-west-1:1:a:b' })).toBe(
      403,
    );
    expect(await statusOf(headers, { method: 'PUT', path: '/bucket' })).toBe(403);
  });

  it('is answered from the address bar, from the endpoint itself and from programs that set Sec-Fetch-Mode', async () => {
    expect(await statusOf({ 'sec-fetch-site': 'none' })).toBe(200);
    expect(await statusOf({ 'sec-fetch-site': 'same-origin', origin: aws.url })).toBe(200);
    expect(await statusOf({ 'sec-fetch-mode': 'cors' })).toBe(200);
  });

  it('may follow the link of a subscription confirmation, which carries a token', async () => {
    const path = '/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:123456789012:a&Token=b';
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect(await statusOf(headers, { path })).not.toBe(403);
    expect(await statusOf({ ...headers, host: 'attacker.example' }, { path })).toBe(403);
  });
});

describe('the control plane', () => {
  it.each(['application/x-www-form-urlencoded', 'text/plain;charset=UTF-8', 'Multipart/Form-Data; boundary=x'])(
    'refuses what a form can send: %s',
    async (type) => {
      expect(await statusOf({ 'content-type': type }, { method: 'POST', path: '/_twelvefold/reset' })).toBe(415);
    },
  );

  it('takes JSON, and requests without a body', async () => {
    const post = { method: 'POST', path: '/_twelvefold/reset' };
    expect(await statusOf({ 'content-type': 'application/json' }, post)).toBe(200);
    expect(await statusOf({}, post)).toBe(200);
  });
});

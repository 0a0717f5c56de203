import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createAws, sns, sqs } from '@twelvefold/aws';
import { Poison, topic } from '@twelvefold/backing';
import { createSnsPublisher } from '@twelvefold/backing/sns';
import { createSnsEndpoint } from '@twelvefold/backing/sns-http';
import { systemClock } from '@twelvefold/core';
import { readHttpEvent } from '@twelvefold/lifecycle/lambda';
import { createHttpServer } from '@twelvefold/lifecycle/service';
import type { LocalAws } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { until } from '../support/until.ts';
import { TRANSPORT } from './support/transport.ts';

const region = 'eu-west-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const events = topic('order-events', { schema: z.object({ orderId: z.string(), note: z.string() }) });

let local: LocalAws;
beforeAll(async () => {
  local = await startLocalAws();
});
afterAll(() => local.close());

type Fetch = (request: Request) => Promise<Response>;

/** The HTTP front of a service. Resolves with its port. */
async function startService(handler: Fetch): Promise<number> {
  const server = createHttpServer({ component: 'sns', port: 0, host: '127.0.0.1', handler });
  const { signal } = new AbortController();
  await server.start(signal);
  onTestFinished(() => server.stop(signal));
  return server.port;
}

/**
 * Does the work of a function URL: an event of payload format 2.0 per request, the body in base64
 * unless its content type is text.
 */
async function startFunctionUrl(handler: Fetch): Promise<number> {
  const server: Server = createServer(async (incoming, outgoing) => {
    const body = await text(incoming);
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
    const isText = /^(text\/|application\/json)/.test(headers['content-type'] ?? '');
    const event = {
      version: '2.0',
      routeKey: '$default',
      rawPath: incoming.url ?? '/',
      rawQueryString: '',
      headers,
      requestContext: {
        domainName: 'fn.example',
        requestId: 'r-1',
        http: { method: incoming.method ?? '', path: incoming.url ?? '/', sourceIp: '127.0.0.1' },
      },
      body: isText ? body : Buffer.from(body).toString('base64'),
      isBase64Encoded: !isText,
    };
    const result = await readHttpEvent(event)?.answer({ component: 'sns', clock: systemClock, handler });
    outgoing.writeHead(result?.statusCode ?? 500);
    outgoing.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  return (server.address() as AddressInfo).port; // it listens on a port
}

/** A topic with a dead-letter queue behind its HTTP subscription. */
async function makeTopic(name: string, version: string, port: number) {
  const { outputs } = await provision(
    {
      Resources: {
        Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: name, SignatureVersion: version } },
        Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: `${name}-dead-letter` } },
        Policy: {
          Type: 'AWS::SQS::QueuePolicy',
          Properties: {
            Queues: [{ Ref: 'Dead' }],
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Principal: { Service: 'sns.amazonaws.com' },
                  Action: 'sqs:SendMessage',
                  Resource: { 'Fn::GetAtt': ['Dead', 'Arn'] },
                },
              ],
            },
          },
        },
        Subscription: {
          Type: 'AWS::SNS::Subscription',
          DependsOn: ['Policy'],
          Properties: {
            TopicArn: { Ref: 'Topic' },
            Protocol: 'http',
            Endpoint: `http://127.0.0.1:${port}/sns`,
            RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] } },
          },
        },
      },
      Outputs: { arn: { Value: { Ref: 'Topic' } }, dead: { Value: { Ref: 'Dead' } } },
    },
    { endpoint: local.url, region, credentials },
  );
  return { arn: outputs.arn ?? '', dead: outputs.dead ?? '' };
}

const FRONTS = [
  ['a service', startService],
  ['a function', startFunctionUrl],
] as const;
const CASES = FRONTS.flatMap(([host, start]) => ['1', '2'].map((version) => [host, version, start] as const));

describe('an HTTP subscription', () => {
  it.each(CASES)(
    'on %s, with signatures of version %s: confirmed, told, tried again, ended',
    async (host, version, start) => {
      const name = `events-${host.replace('a ', '')}-v${version}`;
      const emitted: Array<{ readonly type: string }> = [];
      const handled: unknown[] = [];
      const envelopes: Array<Record<string, string>> = [];
      let failures = 0;
      const receive = createSnsEndpoint({
        definition: events,
        topics: [`arn:aws:sns:${region}:123456789012:${name}`],
        component: 'events',
        endpoint: local.url,
        onEvent: (event) => emitted.push(event),
        handle: async ({ orderId, note }, { attributes }) => {
          if (orderId === 'again' && failures++ === 0) throw new Error('the database is away');
          if (orderId === 'poison') throw new Poison('cannot be handled');
          handled.push([orderId, note, attributes.tier]);
        },
      });
      const port = await start(async (request) => {
        const copy = request.clone();
        const answer = await receive(request);
        envelopes.push((await copy.json()) as Record<string, string>); // SNS's own JSON
        return answer;
      });
      const { arn, dead } = await makeTopic(name, version, port);
      const is = (type: string) => emitted.filter((event) => event.type === type).length;
      await until(
        'it is confirmed',
        async () => is('confirmed'),
        (count) => count === 1,
      );

      const aws = createAws({ env: TRANSPORT, endpoint: local.url, region, credentials });
      const publisher = createSnsPublisher({ definition: events, arn, aws });
      await publisher.publish({ orderId: 'o-1', note: 'Grüße 🚀\n"quoted"' });
      const attributed = { Message: JSON.stringify({ orderId: 'o-2', note: '' }), Subject: 'An order' };
      const MessageAttributes = { tier: { DataType: 'String', StringValue: 'gold' } };
      await aws.call(sns, 'Publish', { TopicArn: arn, ...attributed, MessageAttributes }, { access: 'write' });
      await publisher.publish({ orderId: 'poison', note: '' });
      await publisher.publish({ orderId: 'again', note: '' });
      await until(
        'three are handled and one is given up',
        async () => [handled.length, is('poisoned')],
        ([done, lost]) => {
          // Tries are 20 s apart unless a delivery policy says otherwise.
          if (failures > 0 && done === 2) local.clock.advance(20_000);
          return done === 3 && lost === 1;
        },
      );
      expect(handled.toSorted()).toEqual(
        [
          ['again', '', undefined],
          ['o-1', 'Grüße 🚀\n"quoted"', undefined],
          ['o-2', '', 'gold'],
        ].toSorted(),
      );
      expect(failures).toBe(2);
      const notification = envelopes.find(({ Type }) => Type === 'Notification');
      expect(notification?.SignatureVersion).toBe(version);
      const inDead = await until(
        'the subscription has given it up',
        async () => {
          const input = { QueueUrl: dead, WaitTimeSeconds: 1 };
          return (await aws.call(sqs, 'ReceiveMessage', input, { access: 'write' })).Messages ?? [];
        },
        (messages) => messages.length > 0,
      );
      expect(inDead?.[0]?.Body).toContain('poison');

      // One byte is another, and a certificate comes from somewhere else.
      for (const change of [
        { Message: '{"orderId":"o-9","note":"mine"}' },
        { SigningCertURL: (notification?.SigningCertURL ?? '').replace('127.0.0.1', 'localhost') },
        { TopicArn: `${arn}-other` },
      ]) {
        const body = JSON.stringify({ ...notification, ...change });
        const answer = await fetch(`http://127.0.0.1:${port}/sns`, { method: 'POST', body });
        expect(answer.status).toBe(403);
      }
      expect(handled).toHaveLength(3);

      await fetch(notification?.UnsubscribeURL ?? '');
      await until(
        'it receives the message of its end',
        async () => is('unsubscribed'),
        (count) => count === 1,
      );
      expect(is('refused')).toBe(3);
    },
  );
});

import type { Aws } from '@twelvefold/aws';
import { createAws } from '@twelvefold/aws';
import { queue, topic } from '@twelvefold/backing';
import type { MessageHandler } from '@twelvefold/backing/internal';
import { createSnsPublisher } from '@twelvefold/backing/sns';
import { createSqsConsumer, createSqsSender } from '@twelvefold/backing/sqs';
import { systemClock } from '@twelvefold/core';
import type { Scope } from '@twelvefold/lifecycle';
import { runInScope } from '@twelvefold/lifecycle';
import { serveRequest } from '@twelvefold/lifecycle/internal';
import type { LocalAws } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { recordingTracer } from '../support/recording-tracer.ts';

// HTTP -> SQS -> SNS -> SQS: what one request caused can be told by its ids, at every step.

const Order = z.object({ orderId: z.string() });
type Order = z.infer<typeof Order>;
const orders = queue('orders', { schema: Order });
const events = topic('order-events', { schema: Order });
const notifications = queue('notifications', { schema: Order, subscribe: [events] });

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;
const XRAY = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
const SOON = { timeout: 60_000, interval: 50 };

const arn = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] });
const template = (raw: boolean) => ({
  Resources: {
    Orders: { Type: 'AWS::SQS::Queue', Properties: { QueueName: `orders-${raw}` } },
    Events: { Type: 'AWS::SNS::Topic', Properties: { TopicName: `events-${raw}` } },
    Notifications: { Type: 'AWS::SQS::Queue', Properties: { QueueName: `notifications-${raw}` } },
    Policy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'Notifications' }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'sns.amazonaws.com' },
              Action: 'sqs:SendMessage',
              Resource: arn('Notifications'),
            },
          ],
        },
      },
    },
    Subscription: {
      Type: 'AWS::SNS::Subscription',
      DependsOn: ['Policy'],
      Properties: {
        TopicArn: { Ref: 'Events' },
        Protocol: 'sqs',
        Endpoint: arn('Notifications'),
        RawMessageDelivery: raw,
      },
    },
  },
});

let local: LocalAws;
let aws: Aws;
const at = () => ({
  endpoint: local.url,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
beforeAll(async () => {
  local = await startLocalAws();
  aws = createAws({ env: {}, ...at() }).as('chain');
});
afterAll(() => local?.close());

/** Sends one request through the whole chain; what each scope on the way knew of it. */
async function chain(raw: boolean, headers: Record<string, string>) {
  const { resources } = await provision(template(raw), at());
  const id = (name: string) => resources.find((made) => made.logicalId === name)?.physicalId ?? '';
  const seen: Array<Pick<Scope, 'component' | 'correlationId' | 'trace' | 'sampled'>> = [];
  const note = ({ component, correlationId, trace, sampled = false }: Scope) =>
    void seen.push({ component, correlationId, trace, sampled });
  const send = createSqsSender({ definition: orders, url: id('Orders'), aws });
  const publish = createSnsPublisher({ definition: events, arn: id('Events'), aws });
  const consumer = (component: string, definition: typeof orders, url: string, handle: MessageHandler<Order>) =>
    createSqsConsumer({ definition, url, aws, component, handle });
  const consumers = [
    consumer('order-consumer', orders, id('Orders'), async (order, _info, scope) => {
      note(scope);
      await publish.publish(order);
    }),
    consumer('notification-consumer', notifications, id('Notifications'), async (_order, _info, scope) => note(scope)),
  ];
  for (const each of consumers) await each.start();
  try {
    const request = new Request('http://shop.example/orders', { method: 'POST', headers });
    const answer = async (_request: Request, scope: Scope) => {
      note(scope);
      await send.send({ orderId: 'o-1' });
      return new Response(null, { status: 202 });
    };
    const response = await serveRequest(answer, request, { component: 'api', clock: systemClock });
    expect(response.status).toBe(202);
    await vi.waitFor(() => expect(seen).toHaveLength(3), SOON);
  } finally {
    for (const each of consumers) {
      await each.drain(AbortSignal.timeout(1_000)).catch(() => {});
      await each.stop();
    }
  }
  return seen;
}

const HEADERS = {
  traceparent: TRACEPARENT,
  'x-amzn-trace-id': XRAY,
  'x-correlation-id': 'c-42',
  'x-correlation-sampled': '1',
};
const COMPONENTS = ['api', 'order-consumer', 'notification-consumer'];

describe.each([
  ['raw', true],
  ['wrapped', false],
])('through a %s subscription', (_name, raw) => {
  it('ids and the choice to log in detail reach the last queue as they came', async () => {
    const seen = await chain(raw, HEADERS);
    const trace = { traceparent: TRACEPARENT, xray: XRAY };
    expect(seen).toEqual(COMPONENTS.map((component) => ({ component, correlationId: 'c-42', trace, sampled: true })));
  });

  it('a request without any gets a correlation id that all of them share, and no trace', async () => {
    const seen = await chain(raw, {});
    expect(seen.map(({ trace, sampled }) => [trace, sampled])).toEqual([
      [{}, false],
      [{}, false],
      [{}, false],
    ]);
    expect(new Set(seen.map(({ correlationId }) => correlationId)).size).toBe(1);
  });

  describe('with an OpenTelemetry tracer', () => {
    const { spans, register, unregister } = recordingTracer();
    afterEach(unregister);

    /** The spans that a chain makes, in the order of the flow. */
    const chainOf = () => [
      byName('POST'),
      byName(`send orders-${raw}`),
      byName(`process orders-${raw}`),
      byName(`publish events-${raw}`),
      byName(`process notifications-${raw}`),
    ];
    const byName = (name: string) => spans.find((span) => span.name.startsWith(name));

    it("each step's span is the child of the step before, in the trace of the request", async () => {
      register();
      const seen = await chain(raw, HEADERS);
      const steps = chainOf();
      expect(steps.map((span) => [span?.kind, span?.traceId])).toEqual([1, 3, 4, 3, 4].map((kind) => [kind, TRACE_ID]));
      expect(steps.map((span) => span?.parentId)).toEqual([
        'b7ad6b7169203331',
        ...steps.slice(0, -1).map((span) => span?.spanId),
      ]);
      const messaging = (system: string, operation: string, type: string, destination: string) => ({
        'messaging.system': system,
        'messaging.operation.name': operation,
        'messaging.operation.type': type,
        'messaging.destination.name': `${destination}-${raw}`,
        'messaging.message.id': expect.any(String),
      });
      expect(steps.slice(1).map((span) => span?.attributes)).toEqual([
        { ...messaging('aws_sqs', 'send', 'send', 'orders'), 'twelvefold.component': 'api' },
        { ...messaging('aws_sqs', 'process', 'process', 'orders'), 'twelvefold.component': 'order-consumer' },
        { ...messaging('aws.sns', 'publish', 'send', 'events'), 'twelvefold.component': 'order-consumer' },
        {
          ...messaging('aws_sqs', 'process', 'process', 'notifications'),
          'twelvefold.component': 'notification-consumer',
        },
      ]);
      expect(steps[1]?.attributes['messaging.message.id']).toBe(steps[2]?.attributes['messaging.message.id']);
      expect(steps.every((span) => span?.ended)).toBe(true);
      expect(seen.map(({ trace }) => trace.traceparent)).toEqual(
        [steps[0], steps[2], steps[4]].map((span) => `00-${TRACE_ID}-${span?.spanId}-01`),
      );
      // X-Ray follows this flow under another id.
      expect(new Set(seen.map(({ trace }) => trace.xray))).toEqual(new Set([XRAY]));
    });

    it('X-Ray gets the same spans, where it has no trace or the same one', async () => {
      register();
      const root = `Root=1-${TRACE_ID.slice(0, 8)}-${TRACE_ID.slice(8)}`;
      for (const headers of [{ traceparent: TRACEPARENT }, { ...HEADERS, 'x-amzn-trace-id': `${root};Sampled=1` }]) {
        spans.length = 0;
        const seen = await chain(raw, headers);
        const [, sent, , published] = chainOf();
        expect(seen.slice(1).map(({ trace }) => trace.xray)).toEqual([
          `${root};Parent=${sent?.spanId};Sampled=1`,
          `${root};Parent=${published?.spanId};Sampled=1`,
        ]);
      }
    });
  });
});

describe('many at once, with an OpenTelemetry tracer', () => {
  const { spans, register, unregister } = recordingTracer();
  afterEach(unregister);

  /** Records the calls to an AWS that accepts everything but entries with `refused` in them. */
  function recording() {
    const entries: Array<{
      MessageAttributes: Record<string, { StringValue: string }>;
      MessageSystemAttributes?: unknown;
    }> = [];
    const recorder = {
      call: async (_service: string, _operation: string, input: Record<string, unknown>) => {
        const sent = (input.Entries ?? input.PublishBatchRequestEntries) as Array<
          (typeof entries)[number] & { Id: string }
        >;
        entries.push(...sent);
        const refused = ({ MessageAttributes: _, ...entry }: object & { MessageAttributes: unknown }) =>
          JSON.stringify(entry).includes('refused');
        return {
          Successful: sent.filter((entry) => !refused(entry)).map(({ Id }) => ({ Id, MessageId: `m-${Id}` })),
          Failed: sent.filter(refused).map(({ Id }) => ({ Id, Code: 'InvalidMessage', SenderFault: true })),
        };
      },
      as: () => recorder,
    };
    return { entries, aws: recorder as unknown as Aws }; // the two batch operations are all that is called
  }
  const many = (...ids: string[]) => ids.map((orderId) => ({ orderId }));

  it('is one span, which every message names, and which has failed when one of them was not sent', async () => {
    register();
    const { entries, aws: recorder } = recording();
    const url = 'https://sqs.eu-west-1.amazonaws.com/123456789012/shop-test-orders';
    const sender = createSqsSender({ definition: orders, url, aws: recorder });
    const publisher = createSnsPublisher({
      definition: events,
      arn: 'arn:aws:sns:eu-west-1:123456789012:shop-test-events',
      aws: recorder,
    });
    await runInScope({ kind: 'task', component: 'import' }, async () => {
      await sender.sendAll(many(...Array.from({ length: 25 }, (_, n) => `o-${n}`)));
      const told: boolean[] = [];
      await publisher.publishAll(many('a', 'refused', 'c'), { onResult: ({ ok }) => void told.push(ok) });
      expect(told).toEqual([true, false, true]);
    });
    const [scope, send, publish] = spans;
    expect([send, publish].map((span) => [span?.name, span?.kind, span?.parentId])).toEqual([
      ['send shop-test-orders', 3, scope?.spanId],
      ['publish shop-test-events', 3, scope?.spanId],
    ]);
    expect(send?.attributes).toMatchObject({ 'messaging.batch.message_count': 25 });
    expect(send?.attributes).not.toHaveProperty('error.type');
    expect(publish?.attributes).toMatchObject({
      'messaging.batch.message_count': 3,
      'error.type': 'TwelvefoldError',
    });
    const carried = entries.map(({ MessageAttributes }) => MessageAttributes.traceparent?.StringValue);
    const named = (span: typeof send) => `00-${span?.traceId}-${span?.spanId}-01`;
    expect(new Set(carried.slice(0, 25))).toEqual(new Set([named(send)]));
    expect(new Set(carried.slice(25))).toEqual(new Set([named(publish)]));
    expect(entries[0]).toMatchObject({
      MessageSystemAttributes: { AWSTraceHeader: { StringValue: expect.stringContaining(`;Parent=${send?.spanId};`) } },
    });
    expect(spans).toHaveLength(3);
  });

  it('no span and no trace is made without a tracer', async () => {
    const { entries, aws: recorder } = recording();
    const url = 'https://sqs.eu-west-1.amazonaws.com/123456789012/shop-test-orders';
    await createSqsSender({ definition: orders, url, aws: recorder }).sendAll(many('a'));
    expect(Object.keys(entries[0]?.MessageAttributes ?? {})).toEqual(['correlationId']);
    expect(entries[0]).not.toHaveProperty('MessageSystemAttributes');
    expect(spans).toEqual([]);
  });
});

import { createTestClock } from '@twelvefold/core/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { createSqsModel } from '../testing/sqs-model.ts';
import { createSnsPublisher } from '../topic/drivers/sns.ts';
import { filtered } from '../topic/filtered.ts';
import type { TopicSubscription } from '../topic/subscription.ts';
import { topic } from '../topic/topic.ts';
import type { CompatibleTopics } from './compatible-topics.ts';
import { createSqsConsumer, createSqsSender } from './drivers/sqs.ts';
import { queue } from './queue.ts';

const url = 'https://sqs.eu-west-1.amazonaws.com/123456789012/q';
const aws = createSqsModel(createTestClock());
// Input and output differ on purpose: the wire has the input.
const Placed = z.object({ orderId: z.string(), at: z.string().transform((text) => new Date(text)) });
const placed = topic('placed', { schema: Placed });

describe('types', () => {
  it('a sender and a publisher take the input, a handler gets the output', () => {
    const definition = queue('placed', { schema: Placed });
    const sender = createSqsSender({ definition, url, aws });
    expectTypeOf(sender.send).parameter(0).toEqualTypeOf<{ orderId: string; at: string }>();
    expectTypeOf(sender.sendAll)
      .parameter(0)
      .extract<Iterable<unknown>>()
      .toEqualTypeOf<Iterable<{ orderId: string; at: string }>>();
    const publisher = createSnsPublisher({ definition: placed, arn: 'arn:aws:sns:eu-west-1:123456789012:placed', aws });
    expectTypeOf(publisher.publish).parameter(0).toEqualTypeOf<{ orderId: string; at: string }>();
    createSqsConsumer({
      definition,
      url,
      aws,
      component: 'placed',
      handle: async (message) => {
        expectTypeOf(message).toEqualTypeOf<{ orderId: string; at: Date }>();
      },
    });
  });

  it('a queue subscribes to topics whose messages fit, and to no others', () => {
    queue('same', { schema: Placed, subscribe: [placed] });
    queue('fewer-fields', { schema: z.object({ orderId: z.string() }), subscribe: [placed] });
    queue('anything', { schema: z.unknown(), subscribe: [placed] });
    // @ts-expect-error the topic's messages have no customerId
    queue('more-fields', { schema: z.object({ customerId: z.string() }), subscribe: [placed] });
    // @ts-expect-error orderId is text on the wire
    queue('other-type', { schema: z.object({ orderId: z.number() }), subscribe: [placed] });
    // @ts-expect-error on the wire `at` is text: the date exists only in the topic's own output
    queue('output', { schema: z.object({ at: z.date() }), subscribe: [placed] });
    const other = topic('other', { schema: z.object({ id: z.number() }) });
    // @ts-expect-error one of the two does not fit
    queue('one-of-two', { schema: z.object({ orderId: z.string() }), subscribe: [placed, other] });
  });

  it('what does not fit is named in the error', () => {
    type Order = typeof Placed;
    type Text = CompatibleTopics<
      readonly [typeof placed],
      z.ZodObject<{ customerId: z.ZodString; orderId: z.ZodString }>
    >[0];
    expectTypeOf<Text>().toEqualTypeOf<"the topic's messages do not fit the queue's schema: field 'customerId'">();
    expectTypeOf<CompatibleTopics<readonly [typeof placed], Order>[0]>().toEqualTypeOf<typeof placed>();
  });

  it('a filter names declared fields with their values, and lets through the variants that it names', () => {
    const Event = z.discriminatedUnion('type', [
      z.object({ type: z.literal('placed'), orderId: z.string(), cents: z.number() }),
      z.object({ type: z.literal('shipped'), orderId: z.string(), parcel: z.string() }),
    ]);
    const events = topic('events', { schema: Event, filters: ['type'] });
    const part = filtered(events, { type: 'placed' });
    expectTypeOf(part).toEqualTypeOf<TopicSubscription<{ type: 'placed'; orderId: string; cents: number }>>();
    const Placement = z.object({ type: z.literal('placed'), cents: z.number() });
    queue('placements', { schema: Placement, subscribe: [part] });
    queue('both', { schema: Event, subscribe: [filtered(events, { type: ['placed', 'shipped'] })] });
    // @ts-expect-error without the filter parcels arrive too
    queue('all', { schema: Placement, subscribe: [events] });
    // @ts-expect-error no event has this type
    filtered(events, { type: 'lost' });
    // @ts-expect-error a filter that the topic does not declare never matches
    expect(() => filtered(events, { orderId: 'o-1' })).toThrow(/not among the topic's filters/);
    // @ts-expect-error not every event has it
    topic('events', { schema: Event, filters: ['parcel'] });
    // @ts-expect-error no field of every event
    queue('by-parcel', { schema: Event, fifo: { group: 'parcel' } });
    queue('by-order', { schema: Event, fifo: { group: 'orderId' } });
  });

  it('of several message types a handler gets a discriminated union', () => {
    const Command = z.discriminatedUnion('type', [
      z.object({ type: z.literal('open'), account: z.string() }),
      z.object({ type: z.literal('book'), account: z.string(), cents: z.number() }),
    ]);
    createSqsConsumer({
      definition: queue('commands', { schema: Command, fifo: { group: 'account' } }),
      url,
      aws,
      component: 'commands',
      handle: async (command) => {
        if (command.type === 'book') expectTypeOf(command.cents).toEqualTypeOf<number>();
      },
    });
  });
});

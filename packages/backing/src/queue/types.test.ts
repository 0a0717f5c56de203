import { describe, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { createManualClock } from '../testing/manual-clock.ts';
import { createSqsModel } from '../testing/sqs-model.ts';
import { topic } from '../topic/definition.ts';
import { createSnsPublisher } from '../topic/sns.ts';
import { queue } from './definition.ts';
import { createSqsConsumer, createSqsSender } from './sqs.ts';

const url = 'https://sqs.eu-west-1.amazonaws.com/123456789012/q';
const aws = createSqsModel(createManualClock());
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
});

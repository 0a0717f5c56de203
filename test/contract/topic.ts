import { randomUUID } from 'node:crypto';
import type { QueueConsumer, QueueDefinition, TopicDefinition, TopicPublisher } from '@twelvefold/backing';
import { queue, topic } from '@twelvefold/backing';
import type { MessageHandler } from '@twelvefold/backing/internal';
import { TwelvefoldError } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';

const OrderEvent = z.object({ orderId: z.string() });
type OrderEvent = z.infer<typeof OrderEvent>;

/** A topic that exists, with queues subscribed to it. */
interface OpenTopic {
  publisher: TopicPublisher<OrderEvent>;
  /** A consumer of the `index`th queue. */
  consumer(index: number, handle: MessageHandler<OrderEvent>): QueueConsumer;
}

/** The functions of a topic driver that its test passes. */
export interface TopicDriver {
  /**
   * Makes the topic, and the queues that subscribe to it; `raw` says whether each gets messages
   * without an envelope.
   */
  open(
    events: TopicDefinition<typeof OrderEvent>,
    queues: ReadonlyArray<{ definition: QueueDefinition<typeof OrderEvent>; raw: boolean }>,
  ): Promise<OpenTopic>;
}

const SOON = { timeout: 60_000, interval: 50 };

/** The contract of every driver of the topic port, together with the queues that subscribe. */
export function topicContract(name: string, driver: () => TopicDriver): void {
  describe(`topic: ${name}`, () => {
    let open: OpenTopic;
    let consumers: QueueConsumer[];
    beforeEach(async () => {
      const events = topic(`t-${randomUUID().slice(0, 8)}`, { schema: OrderEvent });
      const subscriber = () => queue(`q-${randomUUID().slice(0, 8)}`, { schema: OrderEvent, subscribe: [events] });
      consumers = [];
      open = await driver().open(events, [
        { definition: subscriber(), raw: true },
        { definition: subscriber(), raw: false },
      ]);
    });
    afterEach(async () => {
      for (const consumer of consumers) {
        await consumer.drain(AbortSignal.timeout(1_000)).catch(() => {});
        await consumer.stop();
      }
    });

    it('brings a message to every subscribed queue, raw or wrapped, with the same correlation and trace', async () => {
      const trace = {
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        xray: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
      };
      const seen: unknown[][] = [[], []];
      for (const index of [0, 1]) {
        const consumer = open.consumer(index, async (event, _info, scope) => {
          seen[index]?.push([event, scope.correlationId, scope.trace]);
        });
        consumers.push(consumer);
        await consumer.start();
      }
      const { messageId } = await runInScope(
        { kind: 'message', component: 'orders', correlationId: 'c-42', trace },
        () => open.publisher.publish({ orderId: 'o-ä€𝄞' }),
      );
      expect(messageId).not.toBe('');
      const arrived = [[{ orderId: 'o-ä€𝄞' }, 'c-42', trace]];
      await vi.waitFor(() => expect(seen).toEqual([arrived, arrived]), SOON);
    });

    it('agrees with the service about 256 KiB', async () => {
      const overhead = JSON.stringify({ orderId: '' }).length + 'correlationIdString'.length + 'c-1'.length;
      const most = 262_144 - overhead;
      const scope = { kind: 'task' as const, component: 'test', correlationId: 'c-1' };
      const publish = (size: number) => runInScope(scope, () => open.publisher.publish({ orderId: 'x'.repeat(size) }));
      expect((await publish(most)).messageId).not.toBe('');
      const error = await publish(most + 1).catch((cause: unknown) => cause);
      expect(TwelvefoldError.isInstance(error, 'MESSAGE_TOO_LARGE')).toBe(true);
      // Batches that are full to the byte: a service that counts otherwise refuses them whole.
      const share = 262_144 / 4;
      const sizes = [
        share,
        share,
        share,
        share,
        share + 1,
        ...Array.from({ length: 15 }, (_, n) => 20_000 + 1_234 * n),
      ];
      const results = await runInScope(scope, () =>
        open.publisher.publishAll(sizes.map((size) => ({ orderId: 'x'.repeat(size - overhead) }))),
      );
      expect(results.filter(({ ok }) => !ok)).toEqual([]);
    });
  });
}

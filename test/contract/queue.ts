import { randomUUID } from 'node:crypto';
import type { QueueBatchConsumer, QueueConsumer, QueueDefinition, QueueSender } from '@twelvefold/backing';
import { Drop, Poison, queue, Retry } from '@twelvefold/backing';
import type { ConsumerEvent, MessageHandler, ReceivedMessage } from '@twelvefold/backing/internal';
import { TwelvefoldError } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';

const Order = z.object({ n: z.number(), note: z.optional(z.string()) });
type Order = z.infer<typeof Order>;
type Orders = QueueDefinition<typeof Order>;

/** A message as it lies in a dead-letter queue. */
interface DeadLetter {
  body: string;
  attributes: Record<string, string>;
}

interface ConsumerChoices {
  concurrency?: number;
  onEvent?: (event: ConsumerEvent) => void;
}

/** A queue that exists, with a dead-letter queue behind it. */
export interface OpenQueue {
  sender: QueueSender<Order>;
  consumer(handle: MessageHandler<Order>, options?: ConsumerChoices): QueueConsumer;
  batchConsumer(handle: MessageHandler<Order>, options?: ConsumerChoices): QueueBatchConsumer;
  /** Puts any text on the queue, past the sender's checks. */
  put(body: string): Promise<void>;
  /** Takes up to ten messages, as a Lambda event source does. */
  receive(): Promise<ReceivedMessage[]>;
  /** Deletes a message, as a Lambda event source does with those that a batch does not report. */
  remove(message: ReceivedMessage): Promise<void>;
  /** Everything in the dead-letter queue. It is not removed. */
  deadLetters(): Promise<DeadLetter[]>;
  /** Messages that are not acknowledged, by the service's own count. */
  waiting(): Promise<number>;
}

/** The functions of a queue driver that its test passes. */
export interface QueueDriver {
  /** Makes a queue of this definition, with a new name. */
  open(definition: Orders): Promise<OpenQueue>;
}

/** How long a claim may take to come true on a foreign endpoint. */
const SOON = { timeout: 60_000, interval: 50 };
const fresh = (visibility: '1s' | '3s' | '30s', maxReceives = 5): Orders =>
  queue(`q-${randomUUID().slice(0, 8)}`, { schema: Order, visibility, deadLetter: { maxReceives } });

/** The contract of every driver of the queue port. Runs against real services, in real time. */
export function queueContract(name: string, driver: () => QueueDriver): void {
  describe(`queue: ${name}`, () => {
    let consumers: QueueConsumer[];
    let open: OpenQueue;
    const start = async (...args: Parameters<OpenQueue['consumer']>) => {
      const consumer = open.consumer(...args);
      consumers.push(consumer);
      await consumer.start();
      return consumer;
    };
    beforeEach(async () => {
      consumers = [];
      open = await driver().open(fresh('30s'));
    });
    afterEach(async () => {
      for (const consumer of consumers) {
        await consumer.drain(AbortSignal.timeout(1_000)).catch(() => {});
        await consumer.stop();
      }
    });

    it('brings a message to its handler with correlation and trace, and acknowledges it', async () => {
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const xray = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
      const init = { kind: 'http' as const, component: 'api', correlationId: 'c-42', trace: { traceparent, xray } };
      const sent = await runInScope(init, () => open.sender.send({ n: 1, note: 'ä€𝄞' }));
      const seen: unknown[] = [];
      const consumer = await start(async (order, info, scope) => {
        seen.push([order, info.messageId, info.receiveCount, scope.correlationId, scope.trace]);
        expect(Math.abs(Date.now() - info.sentAtMs)).toBeLessThan(60_000);
      });
      await consumer.check();
      await vi.waitFor(() => expect(seen).toHaveLength(1), SOON);
      expect(seen).toEqual([[{ n: 1, note: 'ä€𝄞' }, sent.messageId, 1, 'c-42', { traceparent, xray }]]);
      await consumer.drain();
      expect(await open.waiting()).toBe(0);
    });

    it('sends many and handles each once', async () => {
      const results = await open.sender.sendAll(Array.from({ length: 250 }, (_, n) => ({ n })));
      expect(results.every(({ ok }) => ok)).toBe(true);
      const ids = results.map((result) => (result.ok ? result.messageId : ''));
      expect(new Set(ids).size).toBe(250);
      const seen = new Map<number, string>();
      let deliveries = 0;
      const consumer = await start(
        async ({ n }, info) => {
          deliveries += 1;
          seen.set(n, info.messageId);
        },
        { concurrency: 50 },
      );
      await vi.waitFor(() => expect(seen.size).toBe(250), SOON);
      await consumer.drain();
      expect(deliveries).toBe(250);
      expect(ids.map((_, n) => seen.get(n))).toEqual(ids);
      expect(await open.waiting()).toBe(0);
    });

    it('agrees with the service about 1 MiB', async () => {
      const bodyOf = (size: number) => ({ n: 1, note: 'x'.repeat(size) });
      const overhead = JSON.stringify(bodyOf(0)).length + 'correlationIdString'.length + 'c-1'.length;
      const scope = { kind: 'task' as const, component: 'test', correlationId: 'c-1' };
      const most = 1_048_576 - overhead;
      const { messageId } = await runInScope(scope, () => open.sender.send(bodyOf(most)));
      expect(messageId).not.toBe('');
      const error = await runInScope(scope, () => open.sender.send(bodyOf(most + 1))).catch((cause: unknown) => cause);
      expect(TwelvefoldError.isInstance(error, 'MESSAGE_TOO_LARGE')).toBe(true);
      await expect(open.put('x'.repeat(1_048_577))).rejects.toThrow();
      const mixed = await open.sender.sendAll([{ n: 1 }, bodyOf(600_000), bodyOf(600_000), bodyOf(most + 100)]);
      expect(mixed.map(({ ok }) => ok)).toEqual([true, true, true, false]);
      // Batches that are full to the byte: a service that counts otherwise refuses them whole.
      const share = 1_048_576 / 4;
      const sizes = [
        share,
        share,
        share,
        share,
        share + 1,
        ...Array.from({ length: 15 }, (_, n) => 90_000 + 1_234 * n),
      ];
      const full = await runInScope(scope, () => open.sender.sendAll(sizes.map((size) => bodyOf(size - overhead))));
      expect(full.filter(({ ok }) => !ok)).toEqual([]);
    });

    it('hides a message that was sent with a delay', async () => {
      const seenAt = new Map<number, number>();
      await start(async ({ n }) => void seenAt.set(n, performance.now()));
      const sentAt = performance.now();
      await open.sender.send({ n: 1 }, { delay: '2s' });
      await open.sender.send({ n: 2 });
      await vi.waitFor(() => expect([...seenAt.keys()].sort()).toEqual([1, 2]), SOON);
      // The services count in whole seconds.
      expect((seenAt.get(1) ?? 0) - sentAt).toBeGreaterThan(1_000);
    });

    it('delivers a failed message again, counted', async () => {
      const seen: number[] = [];
      const events: ConsumerEvent[] = [];
      await open.sender.send({ n: 1 });
      const consumer = await start(
        async (_order, { receiveCount }) => {
          seen.push(receiveCount);
          if (receiveCount === 1) throw new Retry('1s');
        },
        { onEvent: (event) => events.push(event) },
      );
      await vi.waitFor(() => expect(seen).toEqual([1, 2]), SOON);
      await consumer.drain();
      expect(events.map(({ type }) => type)).toEqual(['received', 'retried', 'received', 'handled']);
      expect(await open.waiting()).toBe(0);
    });

    it.each([
      ['is not JSON', 'not json', 'body is not JSON'],
      ['does not fit', '{"n":"hunter2"}', 'n: '],
      ['is poison to its handler', '{"n":666}', 'no such currency'],
    ])('moves a message that %s to the dead-letter queue, with the reason', async (_case, body, reason) => {
      await open.put(body);
      const consumer = await start(async () => {
        throw new Poison('no such currency');
      });
      await vi.waitFor(async () => expect(await open.deadLetters()).toHaveLength(1), SOON);
      await consumer.drain();
      const [dead] = await open.deadLetters();
      expect(dead?.body).toBe(body);
      expect(dead?.attributes.reason).toContain(reason);
      expect(dead?.attributes.reason).not.toContain('hunter2');
      expect(dead?.attributes).toMatchObject({
        errorFingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
        correlationId: expect.any(String),
        sourceQueue: expect.any(String),
      });
      expect(await open.waiting()).toBe(0);
    });

    it('leaves a message that fails too often to the dead-letter queue of the service', async () => {
      open = await driver().open(fresh('30s', 2));
      let attempts = 0;
      await open.sender.send({ n: 1 });
      await start(async () => {
        attempts += 1;
        throw new Retry('0s');
      });
      await vi.waitFor(async () => expect(await open.deadLetters()).toHaveLength(1), SOON);
      expect(attempts).toBe(2);
    });

    it('moves a message that fails at its last receive, with the kind of its error', async () => {
      open = await driver().open(fresh('30s', 1));
      await open.sender.send({ n: 1 });
      const consumer = await start(async () => {
        throw new RangeError('hunter2 is out of range');
      });
      await vi.waitFor(async () => expect(await open.deadLetters()).toHaveLength(1), SOON);
      await consumer.drain();
      const [dead] = await open.deadLetters();
      expect(dead?.attributes.reason).toBe('its last receive failed: RangeError');
      expect(dead?.attributes.errorFingerprint).toMatch(/^[0-9a-f]{16}$/);
      expect(await open.waiting()).toBe(0);
    });

    it('keeps a message to itself while its handler takes longer than the visibility timeout', async () => {
      // Long enough for a heartbeat that a busy machine delays by a second.
      open = await driver().open(fresh('3s'));
      const seen: number[] = [];
      let finished = 0;
      await open.sender.send({ n: 1 });
      const slow = async (_order: Order, info: { receiveCount: number }) => {
        seen.push(info.receiveCount);
        await new Promise((resolve) => setTimeout(resolve, 4_500));
        finished += 1;
      };
      const consumer = await start(slow);
      const other = await start(slow);
      await vi.waitFor(() => expect(finished).toBe(1), SOON);
      await consumer.drain();
      await other.drain();
      expect(seen).toEqual([1]);
      expect(await open.waiting()).toBe(0);
    });

    it('stops an idle long poll at once, and takes nothing after', async () => {
      // A service may still give a message to a poll whose end it has not noticed; then it is back
      // after this.
      open = await driver().open(fresh('1s'));
      const seen: number[] = [];
      const consumer = await start(async ({ n }) => void seen.push(n));
      await new Promise((resolve) => setTimeout(resolve, 300)); // the poll is open, and no longer young
      await consumer.quiesce();
      await open.sender.send({ n: 1 });
      await consumer.drain();
      expect(seen).toEqual([]);
      // Long before a poll of 20 s that lived on would have ended.
      await start(async ({ n }) => void seen.push(n));
      await vi.waitFor(() => expect(seen).toEqual([1]), { timeout: 15_000 });
    });

    it('waits for handlers when it drains', async () => {
      const gate = Promise.withResolvers<void>();
      await open.sender.sendAll([{ n: 1 }, { n: 2 }, { n: 3 }]);
      let [started, finished] = [0, 0];
      const consumer = await start(async () => {
        started += 1;
        await gate.promise;
        finished += 1;
      });
      await vi.waitFor(() => expect(started).toBe(3), SOON);
      const drained = consumer.drain().then(() => finished);
      gate.resolve();
      expect(await drained).toBe(3);
      expect(await open.waiting()).toBe(0);
    });

    it('gives an unfinished message back at once when the drain is forced', async () => {
      await open.sender.send({ n: 1 });
      let signal: AbortSignal | undefined;
      const consumer = await start(async (_order, _info, scope) => {
        signal = scope.signal;
        await new Promise(() => {});
      });
      await vi.waitFor(() => expect(signal).toBeDefined(), SOON);
      const error = await consumer.drain(AbortSignal.abort()).catch((cause: unknown) => cause);
      expect(TwelvefoldError.isInstance(error, 'CONSUMER_ABANDONED')).toBe(true);
      expect(signal?.aborted).toBe(true);
      const seen: number[] = [];
      await start(async (_order, info) => void seen.push(info.receiveCount));
      // Before its 30 s are over.
      await vi.waitFor(() => expect(seen).toEqual([2]), { timeout: 25_000 });
    });

    it('means the same whether it polls or is handed batches', async () => {
      const bodies = ['{"n":0}', '{"n":1}', '{"n":2}', '{"n":3}', '{"n":"x"}', 'not json'];
      const handler = (handled: string[]) => async (order: Order, info: { receiveCount: number }) => {
        if (order.n === 1 && info.receiveCount === 1) throw new Retry('1s');
        if (order.n === 2) throw new Poison('no such currency');
        if (order.n === 3) throw new Drop('cancelled');
        handled.push(`${order.n} on receive ${info.receiveCount}`);
      };
      const observe = async (host: 'poller' | 'batches') => {
        open = await driver().open(fresh('30s'));
        const handled: string[] = [];
        const events: string[] = [];
        const onEvent = (event: ConsumerEvent) => void events.push(event.type);
        for (const body of bodies) await open.put(body);
        if (host === 'poller') {
          const consumer = open.consumer(handler(handled), { onEvent });
          consumers.push(consumer);
          await consumer.start();
          await vi.waitFor(async () => expect(await open.waiting()).toBe(0), SOON);
          await consumer.drain();
        } else {
          const consumer = open.batchConsumer(handler(handled), { onEvent });
          await vi.waitFor(async () => {
            await asLambda(open, consumer);
            expect(await open.waiting()).toBe(0);
          }, SOON);
        }
        const dead = await vi.waitFor(async () => {
          const all = await open.deadLetters();
          expect(all).toHaveLength(3);
          return all;
        }, SOON);
        return {
          handled: handled.sort(),
          events: events.filter((type) => type !== 'received').sort(),
          dead: dead.map(({ body, attributes }) => [body, attributes.reason, attributes.errorFingerprint]).sort(),
        };
      };
      const polled = await observe('poller');
      expect(polled.handled).toEqual(['0 on receive 1', '1 on receive 2']);
      expect(await observe('batches')).toEqual(polled);
    });
  });
}

/**
 * Does the work of a Lambda event source for one receive: invokes, then deletes messages that are
 * not reported.
 */
async function asLambda(open: OpenQueue, consumer: QueueBatchConsumer): Promise<void> {
  const messages = await open.receive();
  if (messages.length === 0) return;
  const { failedMessageIds } = await consumer.handleBatch(messages);
  for (const message of messages) if (!failedMessageIds.includes(message.messageId)) await open.remove(message);
}

import type { Aws } from '@twelvefold/aws';
import { createTestClock } from '@twelvefold/core/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEAD_LETTER_URL, orders, QUEUE_URL } from '../../testing/orders-consumer.ts';
import { awsFailure, createSqsModel } from '../../testing/sqs-model.ts';
import { createSqsConsumer } from '../drivers/sqs-consumer.ts';
import { Drop } from '../drop.ts';
import { Poison } from '../poison.ts';
import type { QueueConsumer } from '../port.ts';
import { Retry } from '../retry.ts';

/** Mulberry32: small, seeded, good enough to throw dice. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Scenario {
  seed: number;
  messages: number;
  concurrency: number;
  /** Share of calls that fail before they have an effect, and whose answer is lost after. */
  callFails: number;
  answerLost: number;
  entryFails: number;
  handlerFails: number;
  slowest: number;
  /** How each consumer ends before the next takes over. */
  ends: Array<'drain' | 'force' | 'kill'>;
}

const scenario: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(),
  messages: fc.integer({ min: 1, max: 60 }),
  concurrency: fc.integer({ min: 1, max: 25 }),
  callFails: fc.double({ min: 0, max: 0.3, noNaN: true }),
  answerLost: fc.double({ min: 0, max: 0.3, noNaN: true }),
  entryFails: fc.double({ min: 0, max: 0.3, noNaN: true }),
  handlerFails: fc.double({ min: 0, max: 0.5, noNaN: true }),
  slowest: fc.constantFrom(0, 50, 2_000, 45_000),
  ends: fc.array(fc.constantFrom('drain' as const, 'force' as const, 'kill' as const), { maxLength: 5 }),
});

/** A port that dies with its process: after `kill` nothing gets through and nothing comes back. */
function mortal(aws: Aws): { aws: Aws; kill(): void } {
  let dead = false;
  const forever = new Promise<never>(() => {});
  const wrap = (inner: Aws): Aws => ({
    as: (component) => wrap(inner.as(component)),
    call: async (service, operation, input, options) => {
      if (dead) return forever;
      const output = await inner.call(service, operation, input, options);
      return dead ? forever : output;
    },
  });
  return {
    aws: wrap(aws),
    kill: () => {
      dead = true;
    },
  };
}

async function run(s: Scenario): Promise<void> {
  const clock = createTestClock();
  const model = createSqsModel(clock);
  const random = dice(s.seed);
  let calm = false;
  const strikes = (share: number) => !calm && random() < share;
  const done = new Set<string>();
  const ids = new Map<string, string>();
  const idOf = (n: number) => ids.get(String(n)) ?? '';

  model.before = (call) => {
    if (call.operation === 'DeleteMessageBatch') {
      for (const { ReceiptHandle } of call.input.Entries) {
        const id = ReceiptHandle.split('#')[0];
        const dead = model.queue(DEAD_LETTER_URL).some(({ body }) => idOf(JSON.parse(body).n) === id);
        if (!done.has(id) && !dead) throw new Error(`${id} is deleted before it is done`); // counted below
      }
    }
    return strikes(s.callFails) ? awsFailure('ServiceUnavailable', true) : Math.floor(random() * 40);
  };
  model.after = () => (strikes(s.answerLost) ? awsFailure('NetworkError', true) : undefined);
  model.failEntry = () => (strikes(s.entryFails) ? { SenderFault: false, Code: 'InternalError' } : undefined);
  const tooEarly: unknown[] = [];
  const consume = (aws: Aws, alive: () => boolean): QueueConsumer =>
    createSqsConsumer({
      definition: orders,
      url: QUEUE_URL,
      deadLetterUrl: DEAD_LETTER_URL,
      aws,
      component: 'orders',
      concurrency: s.concurrency,
      clock,
      random,
      onEvent: (event) => {
        if (event.type === 'deleteFailed' && event.error.message.includes('before it is done')) tooEarly.push(event);
      },
      handle: async ({ n }, info, scope) => {
        // One in three ignores its signal.
        await clock.sleep(Math.floor(random() * s.slowest), random() < 0.67 ? scope.signal : undefined);
        if (!alive()) await new Promise(() => {});
        if (strikes(s.handlerFails)) {
          const kind = random();
          if (kind < 0.4) throw new Error('database is down');
          if (kind < 0.7) throw new Retry('5s');
          if (kind < 0.9) throw new Poison('no such currency');
          done.add(info.messageId);
          throw new Drop('cancelled');
        }
        expect(idOf(n)).toBe(info.messageId);
        done.add(info.messageId);
      },
    });

  for (let n = 0; n < s.messages; n += 1) ids.set(String(n), model.put(QUEUE_URL, JSON.stringify({ n })).id);

  for (const end of s.ends) {
    const port = mortal(model);
    let alive = true;
    const consumer = consume(port.aws, () => alive);
    await consumer.start();
    await clock.advance(Math.floor(random() * 30_000));
    if (end === 'kill') {
      alive = false;
      port.kill();
      continue;
    }
    const drained = consumer.drain(end === 'force' ? AbortSignal.abort() : undefined).catch(() => {});
    await clock.advance(end === 'force' ? 1_000 : 300_000);
    await drained;
    await consumer.stop();
  }
  calm = true;
  const last = consume(model, () => true);
  await last.start();
  // In all, longer than the longest back-off and several visibility timeouts.
  for (let minute = 0; minute < 60 && model.queue(QUEUE_URL).length > 0; minute += 1) await clock.advance(60_000);
  const ending = last.drain();
  await clock.advance(1_000);
  await ending;

  expect(tooEarly).toEqual([]);
  const dead = new Set(model.queue(DEAD_LETTER_URL).map(({ body }) => idOf(JSON.parse(body).n)));
  expect([...ids.values()].filter((id) => !done.has(id) && !dead.has(id))).toEqual([]);
  expect(model.queue(QUEUE_URL)).toEqual([]);
}

it('deletes no message before it is done and loses none, whatever fails, stops or dies', async () => {
  await fc.assert(fc.asyncProperty(scenario, run), { numRuns: 150, endOnFailure: true });
}, 60_000);

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ControlledClock } from '../../core/clock.ts';
import { createClock } from '../../core/clock.ts';
import { encodeReceiptHandle } from './message.ts';
import { createQueue } from './queue.ts';
import { defaultAttributes } from './queue-attributes.ts';
import type { Queue, Received } from './queue-types.ts';
import { emptyQueueState } from './queue-types.ts';

const VISIBILITY_SECONDS = 30;
const MAX_RECEIVES = 4;
const CONSUMERS = 4;
const arn = (name: string) => `arn:aws:sqs:eu-west-1:123456789012:${name}`;

/** The public state of the queues, and the messages seen so far. */
interface Scene {
  readonly fifo: boolean;
  readonly queue: Queue;
  readonly dead: Queue;
  readonly clock: ControlledClock;
  readonly sent: string[];
  readonly deleted: Set<string>;
  /** By body, until when who received it has it alone. */
  readonly heldUntil: Map<string, number>;
  readonly polls: Array<Promise<Received[]> | undefined>;
  readonly hands: Array<Array<Received & { readonly until: number }>>;
}

function begin(fifo: boolean): Scene {
  const clock = createClock(() => 1_000_000);
  const queues = new Map<string, Queue>();
  const suffix = fifo ? '.fifo' : '';
  const make = (name: string, attributes: Record<string, string>) => {
    const given = {
      name: `${name}${suffix}`,
      arn: arn(`${name}${suffix}`),
      attributes: { ...defaultAttributes(fifo), ...attributes },
      tags: new Map<string, string>(),
    };
    const state = emptyQueueState(given, clock.now());
    const queue = createQueue({ state, clock, queueByArn: (target) => queues.get(target) });
    queues.set(queue.arn, queue);
    return queue;
  };
  const dead = make('dead', {});
  const queue = make('queue', {
    VisibilityTimeout: String(VISIBILITY_SECONDS),
    MessageRetentionPeriod: '1209600',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: MAX_RECEIVES }),
  });
  return {
    fifo,
    queue,
    dead,
    clock,
    sent: [],
    deleted: new Set(),
    heldUntil: new Map(),
    polls: Array.from({ length: CONSUMERS }, () => undefined),
    hands: Array.from({ length: CONSUMERS }, () => []),
  };
}

type Step =
  | { do: 'send'; group: string; count: number }
  | { do: 'poll'; who: number; max: number; wait: number }
  | { do: 'delete' | 'release' | 'drop'; who: number }
  | { do: 'advance'; seconds: number };

const who = fc.nat({ max: CONSUMERS - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('send' as const),
    group: fc.constantFrom('a', 'b', 'c'),
    count: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    do: fc.constant('poll' as const),
    who,
    max: fc.integer({ min: 1, max: 4 }),
    wait: fc.constantFrom(0, 5, 20),
  }),
  fc.record({ do: fc.constantFrom('delete' as const, 'delete' as const, 'release' as const, 'drop' as const), who }),
  fc.record({ do: fc.constant('advance' as const), seconds: fc.constantFrom(1, 5, 20, 31, 100) }),
);

const turn = () => new Promise((resolve) => setImmediate(resolve));
const handleOf = (queue: Queue, { message, receipt }: Received) =>
  encodeReceiptHandle({ queueArn: queue.arn, messageId: message.id, receipt });
const numberOf = (body: string) => Number(body.split(' ')[1]);

/**
 * Checks what a consumer got. Several may have got something in one jump of the clock: what counts
 * is when they did.
 */
function take({ dead, deleted, fifo, hands, heldUntil, sent }: Scene, consumer: number, received: Received[]): void {
  const letters = [...dead.state.messages.values()].map(({ body }) => body);
  for (const one of received) {
    const { body, groupId, lastReceivedAt, visibleAt } = one.message;
    expect(deleted.has(body)).toBe(false);
    expect(heldUntil.get(body) ?? 0).toBeLessThanOrEqual(lastReceivedAt);
    if (fifo) {
      const inHand = received.map(({ message }) => message.body);
      const others = sent.filter(
        (other) => other.startsWith(`${groupId} `) && ![...deleted, ...inHand].includes(other),
      );
      expect(others.filter((other) => numberOf(other) < numberOf(body) && !letters.includes(other))).toEqual([]);
    }
    heldUntil.set(body, visibleAt);
    hands[consumer]?.push({ ...one, until: visibleAt });
  }
}

async function act(scene: Scene, one: Step): Promise<void> {
  const { clock, deleted, fifo, hands, heldUntil, polls, queue, sent } = scene;
  if (one.do === 'send') {
    const bodies = Array.from({ length: one.count }, (_, index) => `${one.group} ${sent.length + index}`);
    sent.push(...bodies);
    queue.send(
      bodies.map((body) => ({
        body,
        attributes: {},
        systemAttributes: {},
        senderId: 'x',
        groupId: one.group,
        ...(fifo ? { deduplicationId: body } : {}),
      })),
    );
  } else if (one.do === 'poll') {
    if (polls[one.who] !== undefined) return;
    const { signal } = new AbortController();
    polls[one.who] = queue.receive({ max: one.max, waitSeconds: one.wait, signal }).then((received) => {
      take(scene, one.who, received);
      polls[one.who] = undefined;
      return received;
    });
  } else if (one.do === 'advance') {
    clock.advance(one.seconds * 1000);
  } else {
    const held = hands[one.who]?.shift();
    if (held === undefined || one.do === 'drop') return; // a consumer that died: the timeout brings the message back
    if (held.until <= clock.now()) return;
    if (one.do === 'delete') {
      queue.delete(handleOf(queue, held));
      deleted.add(held.message.body);
    } else {
      queue.changeVisibility(handleOf(queue, held), 0);
      heldUntil.set(held.message.body, 0);
    }
  }
}

async function drain(queue: Queue, clock: ControlledClock): Promise<string[]> {
  clock.advance(1_000_000);
  await turn();
  const bodies: string[] = [];
  for (;;) {
    const { signal } = new AbortController();
    const received = await queue.receive({ max: 10, waitSeconds: 0, signal });
    if (received.length === 0) return bodies;
    for (const one of received) {
      bodies.push(one.message.body);
      queue.delete(handleOf(queue, one));
    }
  }
}

describe('consumers that poll at once, die, give back and lose time', { timeout: 60_000 }, () => {
  it.each([
    ['standard', false],
    ['FIFO', true],
  ])('lose nothing and share nothing: %s', { timeout: 60_000 }, async (_name, fifo) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const scene = begin(fifo);
        for (const one of steps) {
          await act(scene, one);
          await turn();
        }
        // Every message is deleted, left, or a dead letter: once.
        const left = [...(await drain(scene.queue, scene.clock)), ...(await drain(scene.dead, scene.clock))];
        await Promise.all(scene.polls);
        const inHand = new Set(left);
        expect(left.length).toBe(inHand.size);
        expect([...scene.deleted, ...inHand].sort()).toEqual([...scene.sent].sort());
      }),
      { numRuns: 300 },
    );
  });
});

import { deserialize, serialize, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClock } from '../../core/clock.ts';
import { encodeReceiptHandle } from './message.ts';
import { createQueue } from './queue.ts';
import { defaultAttributes } from './queue-attributes.ts';
import type { Queue } from './queue-types.ts';
import { emptyQueueState } from './queue-types.ts';

const VISIBILITY_SECONDS = 30;
const RETENTION_SECONDS = 600;
const MAX_RECEIVES = 3;
const arn = (name: string) => `arn:aws:sqs:eu-west-1:123456789012:${name}`;

type Step =
  | { do: 'send'; group: string; delay: number }
  | { do: 'receive'; max: number; visibility: number | undefined; attempt: string | undefined }
  | { do: 'move'; max: number }
  | { do: 'restart' }
  | { do: 'delete'; pick: number }
  | { do: 'change'; pick: number; seconds: number }
  | { do: 'advance'; seconds: number };

const step = (fifo: boolean): fc.Arbitrary<Step> =>
  fc.oneof(
    fc.record({
      do: fc.constant('send' as const),
      group: fifo ? fc.constantFrom('a', 'b', 'c') : fc.constantFrom('a', 'b', 'none'),
      delay: fifo ? fc.constant(0) : fc.constantFrom(0, 0, 5, 40),
    }),
    fc.record({
      do: fc.constant('receive' as const),
      max: fc.integer({ min: 1, max: 10 }),
      visibility: fc.constantFrom(undefined, 0, 1, 60),
      attempt: fifo ? fc.constantFrom(undefined, undefined, 'x', 'y') : fc.constant(undefined),
    }),
    fc.record({ do: fc.constant('move' as const), max: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ do: fc.constant('restart' as const) }),
    fc.record({ do: fc.constant('delete' as const), pick: fc.nat() }),
    fc.record({ do: fc.constant('change' as const), pick: fc.nat(), seconds: fc.constantFrom(0, 10, 100) }),
    fc.record({ do: fc.constant('advance' as const), seconds: fc.constantFrom(1, 5, 29, 30, 31, 200, 650) }),
  );

/** A queue as documented: one list that each step reads in full. */
interface Modelled {
  body: string;
  group: string;
  sentAt: number;
  visibleAt: number;
  receives: number;
  handle: string | undefined;
  inFlight: boolean;
}

interface Run {
  queue: Queue;
  readonly dead: Queue;
  /** Where messages are moved to. */
  readonly other: Queue;
  restart(): void;
  readonly clock: ReturnType<typeof createClock>;
}

function start(fifo: boolean): Run {
  const clock = createClock(() => 1_000_000);
  const suffix = fifo ? '.fifo' : '';
  const queues: Record<string, Queue> = {};
  const queueByArn = (target: string) => queues[target];
  const create = (name: string, attributes: Record<string, string>) => {
    const given = { name, arn: arn(name), attributes: { ...defaultAttributes(fifo), ...attributes }, tags: new Map() };
    const queue = createQueue({ state: emptyQueueState(given, clock.now()), clock, queueByArn });
    queues[queue.arn] = queue;
    return queue;
  };
  const dead = create(`dead${suffix}`, {});
  const other = create(`other${suffix}`, {});
  const run: Run = {
    queue: create(`queue${suffix}`, {
      VisibilityTimeout: String(VISIBILITY_SECONDS),
      MessageRetentionPeriod: String(RETENTION_SECONDS),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: MAX_RECEIVES }),
    }),
    dead,
    other,
    clock,
    restart: () => {
      run.queue = createQueue({ state: deserialize(serialize(run.queue.state)), clock, queueByArn });
    },
  };
  return run;
}

const never = new AbortController().signal;

async function drain(queue: Queue): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const received = await queue.receive({ max: 10, waitSeconds: 0, visibilityTimeoutSeconds: 43_200, signal: never });
    if (received.length === 0) return bodies;
    for (const { message, receipt } of received) {
      bodies.push(message.body);
      queue.delete(encodeReceiptHandle({ queueArn: queue.arn, messageId: message.id, receipt }));
    }
  }
}

async function follow(fifo: boolean, steps: readonly Step[]): Promise<void> {
  const run = start(fifo);
  const { dead, other, clock } = run;
  let model: Modelled[] = [];
  const handles: string[] = [];
  /** Whose handle it is, by body. */
  const owners = new Map<string, string>();
  let count = 0;

  /** Handles and hiding times by attempt, for those that can still be repeated. */
  const attempts = new Map<string, { at: number; given: Array<{ body: string; handle: string; until: number }> }>();

  const settle = () => {
    for (const message of model) if (message.inFlight && message.visibleAt <= clock.now()) message.inFlight = false;
    model = model.filter(({ sentAt }) => clock.now() - sentAt < RETENTION_SECONDS * 1000);
  };

  const isVisible = ({ inFlight, visibleAt }: Modelled) => !inFlight && visibleAt <= clock.now();
  /** A FIFO message waits for the earlier ones of its group only. */
  const receivable = () =>
    model.filter(
      (message, index) =>
        isVisible(message) &&
        !(fifo && model.slice(0, index).some((other) => other.group === message.group && !isVisible(other))),
    );

  for (const one of steps) {
    settle();
    if (one.do === 'restart') run.restart();
    const { queue } = run;
    if (one.do === 'advance') clock.advance(one.seconds * 1000);
    if (one.do === 'send') {
      const body = `m${count}`;
      count += 1;
      queue.send([
        {
          body,
          attributes: {},
          systemAttributes: {},
          senderId: 'x',
          groupId: one.group === 'none' ? undefined : one.group,
          ...(fifo ? { deduplicationId: body } : { delaySeconds: one.delay }),
        },
      ]);
      const delayMs = fifo ? 0 : one.delay * 1000;
      model.push({
        body,
        group: one.group,
        sentAt: clock.now(),
        visibleAt: clock.now() + delayMs,
        receives: 0,
        handle: undefined,
        inFlight: false,
      });
    }
    if (one.do === 'receive') {
      const attempt = one.attempt === undefined ? undefined : attempts.get(one.attempt);
      const repeats =
        attempt !== undefined &&
        clock.now() - attempt.at < 300_000 &&
        attempt.given.every(({ body, handle, until }) =>
          model.some(
            (other) => other.body === body && other.handle === handle && other.inFlight && other.visibleAt === until,
          ),
        );
      const received = await queue.receive({
        max: one.max,
        visibilityTimeoutSeconds: one.visibility,
        waitSeconds: 0,
        attemptId: one.attempt,
        signal: never,
      });
      const until = clock.now() + (one.visibility ?? VISIBILITY_SECONDS) * 1000;
      const handleOf = ({ message, receipt }: (typeof received)[number]) =>
        encodeReceiptHandle({ queueArn: queue.arn, messageId: message.id, receipt });
      if (one.attempt !== undefined && received.length > 0) {
        const given = received.map((each) => ({ body: each.message.body, handle: handleOf(each), until }));
        attempts.set(one.attempt, { at: clock.now(), given });
      }
      if (repeats) {
        expect(received.map(handleOf)).toEqual(attempt.given.map(({ handle }) => handle));
        for (const message of model)
          if (attempt.given.some(({ body }) => body === message.body)) message.visibleAt = until;
        settle();
        continue;
      }
      const available = receivable();
      const poison = available.filter(({ receives }) => receives >= MAX_RECEIVES);
      const good = available.filter(({ receives }) => receives < MAX_RECEIVES);
      // A standard queue promises no order, so which ones it gives is its own affair; how many is
      // not.
      expect(received).toHaveLength(Math.min(one.max, good.length));
      for (const { message, receipt } of received) {
        const modelled = good.find(({ body }) => body === message.body);
        if (modelled === undefined) throw new Error(`${message.body} should not be received now`);
        if (fifo) {
          const earlier = good.filter(({ group }) => group === modelled.group).indexOf(modelled);
          const position = received
            .filter(({ message: other }) => other.groupId === modelled.group)
            .findIndex(({ message: other }) => other.body === message.body);
          expect(position).toBe(earlier);
        }
        modelled.receives += 1;
        modelled.inFlight = true;
        modelled.visibleAt = until;
        modelled.handle = handleOf({ message, receipt });
        handles.push(modelled.handle);
        owners.set(modelled.handle, modelled.body);
        expect(message.receiveCount).toBe(modelled.receives);
      }
      // Poison leaves when a receive comes upon it; one that had enough already may not have
      // reached it.
      const left = new Set(poison.map(({ body }) => body));
      const counts = queue.counts();
      const gone = model.length - (counts.visible + counts.inFlight + counts.delayed);
      expect(gone).toBeLessThanOrEqual(left.size);
      if (received.length < one.max) expect(gone).toBe(left.size);
      if (gone > 0) {
        const moved = await drain(dead);
        expect(moved).toHaveLength(gone);
        for (const body of moved) expect(left.has(body)).toBe(true);
        model = model.filter(({ body }) => !moved.includes(body));
      }
    }
    if (one.do === 'move') {
      const movable = receivable();
      const left = queue.moveOut(one.max, (message) => {
        other.readmit(message);
        return true;
      });
      expect(left).toBe(Math.min(one.max, movable.length));
      const moved = await drain(other);
      expect(moved).toHaveLength(left);
      for (const body of moved) expect(movable.some((message) => message.body === body)).toBe(true);
      model = model.filter(({ body }) => !moved.includes(body));
    }
    const handle = 'pick' in one && handles.length > 0 ? handles[one.pick % handles.length] : undefined;
    if (one.do === 'delete' && handle !== undefined) {
      const modelled = model.find(({ body }) => body === owners.get(handle));
      const act = () => queue.delete(handle);
      if (fifo && modelled !== undefined && (modelled.handle !== handle || !modelled.inFlight)) {
        expect(act).toThrow('The receipt handle has expired.');
      } else {
        act();
        model = model.filter((message) => message !== modelled);
      }
    }
    if (one.do === 'change' && handle !== undefined) {
      // A standard queue takes the handle of any receive.
      const modelled = model.find(
        (message) => message.handle === handle || (!fifo && message.body === owners.get(handle)),
      );
      const act = () => queue.changeVisibility(handle, one.seconds);
      if (modelled === undefined) expect(act).toThrow('Message does not exist');
      else if (fifo && !modelled.inFlight) expect(act).toThrow("isn't in flight");
      else {
        act();
        modelled.inFlight = true;
        modelled.visibleAt = clock.now() + one.seconds * 1000;
      }
    }
    settle();
    const now = clock.now();
    expect(queue.counts()).toEqual({
      inFlight: model.filter(({ inFlight }) => inFlight).length,
      delayed: model.filter(({ inFlight, visibleAt }) => !inFlight && visibleAt > now).length,
      visible: model.filter(({ inFlight, visibleAt }) => !inFlight && visibleAt <= now).length,
    });
  }
}

describe('a queue follows its model through any calls and clock jumps', { timeout: 60_000 }, () => {
  it.each([
    ['standard', false],
    ['FIFO', true],
  ])('%s', { timeout: 60_000 }, async (_name, fifo) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step(fifo), { maxLength: 80, size: 'max' }), (steps) => follow(fifo, steps)),
      { numRuns: 300 },
    );
  });
});

describe('a queue in use', () => {
  it('lets go of messages that left although an old one stays', async () => {
    const { queue } = start(false);
    const draft = () => ({ body: 'x', attributes: {}, systemAttributes: {}, senderId: 'x' });
    const receive = () => queue.receive({ max: 1, waitSeconds: 0, visibilityTimeoutSeconds: 43_200, signal: never });
    queue.send([draft()]);
    await receive();
    const attributes: Array<WeakRef<object>> = [];
    for (let count = 0; count < 5000; count += 1) {
      const sent = draft();
      attributes.push(new WeakRef(sent.attributes));
      queue.send([sent]);
      for (const { message, receipt } of await receive()) {
        queue.delete(encodeReceiptHandle({ queueArn: queue.arn, messageId: message.id, receipt }));
      }
    }
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    setFlagsFromString('--expose-gc');
    await new Promise((resolve) => setImmediate(resolve)); // a WeakRef holds its target until the turn ends
    runInNewContext('gc')();
    expect(attributes.filter((one) => one.deref() !== undefined).length).toBeLessThan(1500);
  });

  it('is over its limit with 120,000 in flight, and a wait then brings nothing instead', {
    timeout: 120_000,
  }, async () => {
    const { queue, clock } = start(false);
    const draft = { body: 'x', attributes: {}, systemAttributes: {}, senderId: 'x' };
    queue.send(Array.from({ length: 120_001 }, () => draft));
    const receive = (waitSeconds: number) =>
      queue.receive({ max: 10, waitSeconds, visibilityTimeoutSeconds: 60, signal: never });
    for (let count = 0; count < 12_000; count += 1) await receive(0);
    await expect(receive(0)).rejects.toMatchObject({ code: 'OverLimit', status: 403 });
    const waiting = receive(20);
    clock.advance(20_000);
    expect(await waiting).toEqual([]);
    clock.advance(40_000);
    expect(await receive(0)).toHaveLength(10);
  });

  it('of FIFO gives nothing with 120,000 in flight, and no error', { timeout: 60_000 }, async () => {
    const { queue } = start(true);
    const draft = (index: number) => ({
      body: 'x',
      attributes: {},
      systemAttributes: {},
      senderId: 'x',
      groupId: String(index % 1201),
      deduplicationId: String(index),
    });
    queue.send(Array.from({ length: 121_000 }, (_, index) => draft(index)));
    const receive = (max: number) =>
      queue.receive({ max, waitSeconds: 0, visibilityTimeoutSeconds: 60, signal: never });
    let count = 0;
    for (let received = await receive(100); received.length > 0; received = await receive(100))
      count += received.length;
    expect([count, queue.counts().inFlight]).toEqual([120_000, 120_000]);
  });
});

import type { Aws } from '@twelvefold/aws';
import { createAws } from '@twelvefold/aws';
import type { Lease, LockClient } from '@twelvefold/backing';
import { lock } from '@twelvefold/backing';
import { createDynamoDbLock } from '@twelvefold/backing/dynamodb-lock';
import type { Clock } from '@twelvefold/core';
import type { LocalAws } from '@twelvefold/local';
import { createClock, provision, startLocalAws } from '@twelvefold/local';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TRANSPORT } from './support/transport.ts';

const LEASE_MS = 30_000;
const SKEW_MS = 10_000;
const region = 'eu-west-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const careful = lock('locks', { lease: '30s', takeOver: { maxClockSkew: '10s' } });
const plain = lock('locks', { lease: '30s' });

/** AWS's time, which the tests move; every machine has a clock that is off by some amount. */
const serverClock = createClock();
let local: LocalAws;
let aws: Aws;
let table: string;

beforeAll(async () => {
  serverClock.freeze();
  local = await startLocalAws({ clock: serverClock });
  aws = createAws({ env: TRANSPORT, endpoint: local.url, region, credentials });
  const Properties = {
    TableName: 'locks',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  };
  const template = { Resources: { Table: { Type: 'AWS::DynamoDB::Table', Properties } } };
  const stack = await provision(template, { endpoint: local.url, region, credentials });
  table = stack.resources[0]?.physicalId ?? '';
});
afterAll(() => local.close());
beforeEach(() => local.faults.clear());

/**
 * One machine: its wall clock is AWS's plus an offset, its monotonic clock stands still while it is
 * paused.
 */
class Machine {
  offsetMs = 0;
  paused = false;
  private monotonicMs = 0;
  private frozenWallMs = 0;
  private readonly sleepers = new Set<{ dueAtMs: number; wake: () => void }>();
  readonly clock: Clock = {
    now: () => (this.paused ? this.frozenWallMs : serverClock.now()) + this.offsetMs,
    monotonic: () => this.monotonicMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { dueAtMs: this.monotonicMs + ms, wake: resolve };
        this.sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          this.sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
  };
  readonly locks: LockClient;

  constructor(definition = careful) {
    this.locks = createDynamoDbLock({ definition, name: table, aws, clock: this.clock, random: () => 0.5 });
  }

  pause(): void {
    this.frozenWallMs = serverClock.now();
    this.paused = true;
  }

  /**
   * Its wall clock is right again, as after a thaw; its monotonic clock and its timers missed the
   * time.
   */
  resume(): void {
    this.paused = false;
  }

  pass(ms: number): void {
    if (this.paused) return;
    this.monotonicMs += ms;
    for (const sleeper of this.sleepers) {
      if (sleeper.dueAtMs > this.monotonicMs) continue;
      this.sleepers.delete(sleeper);
      sleeper.wake();
    }
  }

  /** Whether a call waits before it is tried again. Timers of leases are longer. */
  backsOff(): boolean {
    return [...this.sleepers].some(({ dueAtMs }) => dueAtMs - this.monotonicMs < 5_000);
  }
}

/** Lets `ms` pass for AWS and for all machines. */
async function pass(ms: number, machines: readonly Machine[]): Promise<void> {
  serverClock.advance(ms);
  for (const machine of machines) machine.pass(ms);
  for (let turn = 0; turn < 4; turn += 1) await new Promise(setImmediate);
}

/** Waits for a call of a machine; time passes while it backs off. */
async function settled<T>(call: Promise<T>, machine: Machine, machines: readonly Machine[]): Promise<T | Error> {
  let outcome: T | Error | undefined;
  let ended = false;
  const end = (value: T | Error) => {
    outcome = value;
    ended = true;
  };
  call.then(end, (error: Error) => end(error));
  while (!ended) {
    await new Promise(setImmediate);
    if (!ended && machine.backsOff()) await pass(100, machines);
  }
  return outcome as T | Error;
}

const codeOf = (outcome: unknown) => (outcome as { code?: string }).code;

describe('a caller that tries once', () => {
  it('takes over a dead lock when its lease ended twice the promised skew ago, and not before', async () => {
    const [holder, taker] = [new Machine(), new Machine()];
    const dead = await holder.locks.acquire('dead');
    await pass(LEASE_MS + 2 * SKEW_MS - 1, [taker]);
    await expect(taker.locks.acquire('dead')).rejects.toMatchObject({ code: 'LOCK_HELD' });
    await pass(1, [taker]);
    expect((await taker.locks.acquire('dead')).token).toBe(dead.token + 1);
  });

  it('never takes over what a holder without a promise has, nor without one itself', async () => {
    const [holder, taker] = [new Machine(plain), new Machine()];
    await holder.locks.acquire('unpromised');
    await pass(24 * 3_600_000, [taker]);
    await expect(taker.locks.acquire('unpromised')).rejects.toMatchObject({ code: 'LOCK_HELD' });

    const [promising, other] = [new Machine(), new Machine(plain)];
    const lease = await promising.locks.acquire('promised');
    await pass(24 * 3_600_000, [other]);
    await expect(other.locks.acquire('promised')).rejects.toMatchObject({ code: 'LOCK_HELD' });
    // A holder without a promise takes that of the last one away.
    const taken = await new Machine().locks.acquire('promised');
    await taken.release();
    await other.locks.acquire('promised');
    await pass(24 * 3_600_000, []);
    await expect(new Machine().locks.acquire('promised')).rejects.toMatchObject({ code: 'LOCK_HELD' });
    expect(taken.token).toBe(lease.token + 1);
  });

  it.each([-12_000, -9_001, 9_001, 12_000])(
    'is refused with a clock that is off by %i ms, and frees the lock',
    async (ms) => {
      const machine = new Machine();
      machine.offsetMs = ms;
      const name = `skewed ${ms}`;
      await expect(machine.locks.acquire(name)).rejects.toMatchObject({ code: 'CLOCK_SKEWED' });
      expect(await machine.locks.inspect(name)).toEqual({ token: 1 });
      expect((await new Machine().locks.acquire(name)).token).toBe(2);
    },
  );

  it('is refused with a clock ahead of the promise, though it makes the lease look over', async () => {
    const held = await new Machine().locks.acquire('ahead');
    const taker = new Machine();
    taker.offsetMs = 3_600_000;
    const refusal = taker.locks.acquire('ahead');
    await expect(refusal).rejects.toThrow(
      /clock may differ from AWS's by 360\d{4} ms, and maxClockSkew promises 10000 ms/,
    );
    await expect(refusal).rejects.toMatchObject({ code: 'CLOCK_SKEWED' });
    await held.renew();
    expect(await taker.locks.inspect('ahead')).toMatchObject({ token: held.token });
  });

  it('is refused when no date came with the answer', async () => {
    const withoutDate: Aws = {
      call: (service, operation, input, { onAnswer, ...options }) =>
        aws.call(service, operation, input, {
          ...options,
          onAnswer: (answer) => onAnswer?.({ ...answer, serverTimeMs: undefined }),
        }),
      as: () => withoutDate,
    };
    const locks = createDynamoDbLock({ definition: careful, name: table, aws: withoutDate });
    await expect(locks.acquire('dateless')).rejects.toThrow('has no date to compare the clock with');
  });
});

describe('a holder', () => {
  it('loses the lock when its clock breaks the promise', async () => {
    const machine = new Machine();
    const lease = await machine.locks.acquire('jumped');
    machine.offsetMs = 20_000;
    await expect(lease.renew()).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(lease.signal.aborted).toBe(true);
  });

  it('keeps the lock over a clock that jumps back, for others too', async () => {
    const [holder, taker] = [new Machine(), new Machine()];
    const lease = await holder.locks.acquire('back');
    holder.offsetMs = -3_600_000;
    for (let turn = 0; turn < 6; turn += 1) {
      await pass(LEASE_MS / 2, [holder, taker]);
      await lease.renew();
    }
    await expect(taker.locks.acquire('back')).rejects.toMatchObject({ code: 'LOCK_HELD' });
    expect(lease.signal.aborted).toBe(false);
  });
});

type Step =
  | { readonly do: 'acquire' | 'renew' | 'release' | 'pause' | 'resume' | 'die'; readonly who: number }
  | { readonly do: 'jump'; readonly who: number; readonly offsetMs: number }
  | { readonly do: 'fault'; readonly kind: 'throttle' | 'dropResponse' | 'reset' | 'error500' }
  | { readonly do: 'pass'; readonly ms: number };

const MACHINES = 3;
const who = fc.nat({ max: MACHINES - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('acquire' as const), who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('renew' as const, 'release' as const), who }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'die' as const), who }),
  },
  {
    weight: 2,
    // To the ends of the promise, and far beyond it, in both directions.
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      who,
      offsetMs: fc.oneof(fc.constantFrom(-7_500, 7_500), fc.integer({ min: -25_000, max: 25_000 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      kind: fc.constantFrom('throttle' as const, 'dropResponse' as const, 'reset' as const, 'error500' as const),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.oneof(fc.integer({ min: 1, max: 9_000 }), fc.integer({ min: 1, max: 60_000 })),
    }),
  },
);

/** A lease, and until when its holder may believe in it by its own clocks. */
interface Held {
  readonly machine: Machine;
  readonly lease: Lease;
  wallMs: number;
  monotonicMs: number;
}

it('has one holder at a time, whatever clocks, pauses, deaths and lost answers do, and its tokens grow', async () => {
  const seen = { taken: 0, over: 0, skewed: 0 };
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      const name = `model ${round++}`;
      const machines = Array.from({ length: MACHINES }, () => new Machine());
      const held = new Map<number, Held>();
      let highest = 0;
      /**
       * Whether the holder works on: it runs, was not told of a loss, and sees its lease by both
       * clocks.
       */
      const believes = ({ machine, lease, wallMs, monotonicMs }: Held) =>
        !machine.paused &&
        !lease.signal.aborted &&
        machine.clock.now() - wallMs < LEASE_MS &&
        machine.clock.monotonic() - monotonicMs < LEASE_MS;
      local.faults.clear();
      for (const step of steps) {
        if (step.do === 'pass') await pass(step.ms, machines);
        else if (step.do === 'fault') {
          local.faults.add({ service: 'dynamodb', operation: 'UpdateItem', kind: step.kind, times: 1 });
        } else {
          const machine = machines[step.who] as Machine;
          const own = held.get(step.who);
          const begun = { wallMs: machine.clock.now(), monotonicMs: machine.clock.monotonic() };
          if (step.do === 'jump') machine.offsetMs = step.offsetMs;
          else if (step.do === 'resume') machine.resume();
          else if (step.do === 'die') held.delete(step.who);
          else if (machine.paused) continue;
          else if (step.do === 'pause') machine.pause();
          else if (step.do === 'acquire') {
            if (own !== undefined && believes(own)) continue;
            held.delete(step.who);
            const outcome = await settled(machine.locks.acquire(name), machine, machines);
            if (outcome instanceof Error) {
              // A reset or an error in the only try leaves the outcome open; nothing may be
              // believed then.
              if (codeOf(outcome) === 'CLOCK_SKEWED') seen.skewed += 1;
              else expect(['LOCK_HELD', 'AWS_CALL_FAILED', 'TRANSACTION_CONFLICT']).toContain(codeOf(outcome));
              continue;
            }
            expect(Math.abs(machine.offsetMs)).toBeLessThan(SKEW_MS);
            expect(outcome.token).toBeGreaterThan(highest);
            highest = outcome.token;
            seen.taken += 1;
            if ([...held.values()].some((other) => !believes(other))) seen.over += 1;
            held.set(step.who, { machine, lease: outcome, ...begun });
          } else if (own !== undefined && step.do === 'renew') {
            const outcome = await settled(own.lease.renew(), machine, machines);
            if (outcome === undefined) Object.assign(own, begun);
            else if (codeOf(outcome) === 'LOCK_LOST') held.delete(step.who);
          } else if (own !== undefined && step.do === 'release') {
            await settled(own.lease.release(), machine, machines);
            held.delete(step.who);
          }
        }
        const believing = [...held.values()].filter(believes);
        expect(believing.length).toBeLessThanOrEqual(1);
        // Only the newest holder may still believe, and it has the lock.
        for (const { lease, machine } of believing) {
          const { token, holder } = (await machine.locks.inspect(name)) ?? {};
          expect([lease.token, token, holder !== undefined]).toEqual([highest, highest, true]);
        }
      }
    }),
    { numRuns: 60, seed: 16 },
  );
  // The runs brought about what they are for.
  expect(seen.taken).toBeGreaterThan(50);
  expect(seen.over).toBeGreaterThan(5);
  expect(seen.skewed).toBeGreaterThan(20);
});

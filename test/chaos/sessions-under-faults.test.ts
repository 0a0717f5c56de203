import { createAws } from '@twelvefold/aws';
import { sessionStore } from '@twelvefold/backing';
import { dynamoDbSessionDriver } from '@twelvefold/backing/dynamodb-sessions';
import { createSessions } from '@twelvefold/backing/sessions';
import { systemClock } from '@twelvefold/core';
import type { LocalAws } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';
import type { Fault } from '@twelvefold/local/internal';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import * as z from 'zod/mini';

const region = 'eu-west-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
/** Clocks differ by up to an hour, far more than `grace` (30 s). */
const SKEW_MS = 30 * 60_000;
const definition = sessionStore('sessions', {
  schema: z.object({ count: z.number() }),
  idle: '12h',
  absolute: '24h',
  maxPerUser: { sessions: 20, over: 'refuse' },
});

/** Numbers in [0, 1) from a seed, so that a failing run can be had again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

let local: LocalAws;
beforeAll(async () => {
  local = await startLocalAws({ random: seeded(16) });
});
afterAll(() => local.close());
beforeEach(() => local.faults.clear());

async function createTable(): Promise<string> {
  const name = `chaos-${crypto.randomUUID()}`;
  const Properties = {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  };
  await provision(
    { Resources: { Table: { Type: 'AWS::DynamoDB::Table', Properties } } },
    { endpoint: local.url, region, credentials },
  );
  return name;
}

/** A process: its own port to AWS, and a clock that is off by up to 30 minutes and jumps. */
function startProcess(name: string, random: () => number) {
  let shiftMs = (random() - 0.5) * 2 * SKEW_MS;
  const clock = { ...systemClock, now: () => systemClock.now() + shiftMs };
  const aws = createAws({ env: {}, endpoint: local.url, region, credentials });
  const store = createSessions({
    definition,
    driver: dynamoDbSessionDriver({ name, aws, clock, random }),
    clock,
    random,
  });
  const jump = () => {
    shiftMs = (random() - 0.5) * 2 * SKEW_MS;
  };
  return { store, jump };
}

/** The model of a session through all of its ids. */
interface Lineage {
  readonly user: string;
  id: string;
  /** Ids that were left by a `regenerate` that was acknowledged. */
  readonly left: string[];
  /** Ids that were left by a `rotate`: they may read for `grace`, by the reader's clock. */
  readonly rotated: string[];
  /** Acknowledged increments, and those whose outcome is unknown. */
  done: number;
  unknown: number;
  /** An end of it was acknowledged. */
  isEnded: boolean;
  /** A move or an end failed: it may or may not have happened. */
  isOpen: boolean;
}

const FAULTS: ReadonlyArray<Omit<Fault, 'service'>> = [
  { kind: 'dropResponse', probability: 0.05 },
  { kind: 'reset', probability: 0.05 },
  { kind: 'throttle', probability: 0.03 },
  { kind: 'delay', delayMs: 15, probability: 0.1 },
];

it.each([2, 16, 25, 34])(
  'sessions keep their promises under concurrency, jumping clocks and faults (seed %i)',
  async (seed) => {
    const random = seeded(seed);
    const name = await createTable();
    const processes = Array.from({ length: 3 }, () => startProcess(name, random));
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T; // not empty
    const lineages: Lineage[] = [];
    for (const user of ['ada', 'bob', 'eve']) {
      for (let session = 0; session < 3; session += 1) {
        const { id } = await pick(processes).store.create({ count: 0 }, { userId: user });
        lineages.push({ user, id, left: [], rotated: [], done: 0, unknown: 0, isEnded: false, isOpen: false });
      }
    }
    for (const fault of FAULTS) local.faults.add({ service: 'dynamodb', ...fault });

    const step = async (): Promise<void> => {
      const { store, jump } = pick(processes);
      const lineage = pick(lineages);
      const { id } = lineage;
      const wasEnded = lineage.isEnded;
      const dice = random();
      if (dice < 0.45) {
        const result = await store.update(id, ({ count }) => ({ count: count + 1 })).catch(() => undefined);
        if (result === undefined) lineage.unknown += 1;
        else if (result.session !== undefined) {
          expect(wasEnded).toBe(false);
          lineage.done += 1;
        }
      } else if (dice < 0.7) {
        const result = await store.touch(id).catch(() => undefined);
        if (wasEnded && result !== undefined) expect(result.ended?.reason).toBeDefined();
        const before = pick([...lineage.left, id]);
        const old = before === id ? undefined : await store.load(before).catch(() => undefined);
        expect(old?.session).toBeUndefined();
        const [rotated] = lineage.rotated;
        const read = rotated === undefined ? undefined : await store.touch(rotated).catch(() => undefined);
        if (read?.session !== undefined) expect(read.session).toMatchObject({ id: rotated, isReadOnly: true });
      } else if (dice < 0.76) {
        const result = await store.regenerate(id).catch(() => undefined);
        if (result === undefined) lineage.isOpen = true;
        else if (result.session !== undefined) {
          lineage.left.push(id);
          lineage.id = result.session.id;
        }
      } else if (dice < 0.82) {
        const result = await store.rotate(id).catch(() => undefined);
        if (result === undefined) lineage.isOpen = true;
        else if (result.session !== undefined && !result.session.isReadOnly) {
          lineage.rotated.unshift(id);
          lineage.id = result.session.id;
        }
      } else if (dice < 0.9) jump();
      else if (dice < 0.96) {
        await store.end(id).then(
          () => {
            lineage.isEnded = true;
          },
          () => {
            lineage.isOpen = true;
          },
        );
      } else {
        const mine = lineages.filter(({ user }) => user === lineage.user);
        const outcome = await store.endUser(lineage.user).catch(() => 'unknown');
        for (const one of mine) {
          if (outcome === 'unknown') one.isOpen = true;
          else one.isEnded = true;
        }
      }
    };
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        for (let turn = 0; turn < 25; turn += 1) await step();
      }),
    );
    expect(local.faults.list().reduce((sum, { struck }) => sum + struck, 0)).toBeGreaterThan(20);
    local.faults.clear();

    const { store } = startProcess(name, random);
    for (const { id, left, rotated, done, unknown, isEnded, isOpen, user } of lineages) {
      const { session, ended } = await store.load(id);
      if (isEnded) expect(session).toBeUndefined();
      if (!isEnded && !isOpen) expect(ended).toBeUndefined();
      for (const old of left) expect((await store.load(old)).session).toBeUndefined();
      for (const old of rotated) expect((await store.update(old, (data) => data)).session).toBeUndefined();
      if (session === undefined) continue;
      // Exactly once for each acknowledged increment; at most once for each that has no answer.
      expect(session.data.count).toBeGreaterThanOrEqual(done);
      expect(session.data.count).toBeLessThanOrEqual(done + unknown);
      const listed = await store.list(user);
      expect(listed.length).toBeGreaterThan(0);
    }
  },
);

it('64 concurrent increments give 64 with lost answers, throttling and resets', async () => {
  const random = seeded(5);
  const name = await createTable();
  const { store } = startProcess(name, random);
  const { id } = await store.create({ count: 0 }, { userId: 'ada' });
  for (const kind of ['dropResponse', 'reset'] as const)
    local.faults.add({ operation: 'PutItem', kind, probability: 0.2 });
  local.faults.add({ operation: 'BatchGetItem', kind: 'throttle', times: 5 });
  const results = await Promise.allSettled(
    Array.from({ length: 64 }, () => store.update(id, ({ count }) => ({ count: count + 1 }))),
  );
  expect(local.faults.list().every(({ struck }) => struck > 0)).toBe(true);
  local.faults.clear();
  const done = results.filter(({ status }) => status === 'fulfilled').length;
  const count = (await store.load(id)).session?.data.count ?? 0;
  expect(count).toBeGreaterThanOrEqual(done);
  expect(count).toBeLessThanOrEqual(64);
  expect(done).toBeGreaterThan(32);
});

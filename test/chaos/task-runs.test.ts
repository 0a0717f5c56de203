import { setTimeout as sleep } from 'node:timers/promises';
import type { RunRecord } from '@twelvefold/admin';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { SEGMENTS } from './fixtures/backfill/app.ts';
import type { Backfill } from './fixtures/backfill/start-backfill.ts';
import { startBackfill } from './fixtures/backfill/start-backfill.ts';

// The long form is a part of `npm run verify`. On 2026-11-30, on two cores beside other load, with
// seed 10009: 100,000 records and 50 stops (13 SIGKILL, 13 SIGTERM, 12 deadlines of a function, 12
// StopTask) in 51 legs and 3.8 minutes; none lost, none doubled. The 13 kills repeated 2,416
// records, 343 at most at once, where a window has 505; the other stops repeated none.
const LONG = process.env.TWELVEFOLD_VERIFY === '1';
const RECORDS = LONG ? 100_000 : 2_000;
const STOPS = LONG ? 50 : 8;
const RATE = LONG ? 1_000 : 200;
const CHECKPOINT_EVERY_MS = 500;
/** The records between two checkpoints, at most: half a second of them, and those in work. */
const WINDOW = (RATE * CHECKPOINT_EVERY_MS) / 1_000 + 1 + SEGMENTS;

/** Ways to stop a leg, and where its process runs. */
const WAYS = { sigkill: 'here', sigterm: 'here', deadline: 'lambda', 'stop-task': 'ecs' } as const;
type Way = keyof typeof WAYS;
const isWay = (name: string): name is Way => name in WAYS;
/** Where and how the run is stopped. Printed, and given again to repeat a run that failed. */
const SEED = Number(process.env.TWELVEFOLD_SEED ?? (LONG ? Date.now() % 1_000_000 : 18));

/** Numbers from 0 to below 1, the same for a seed (Park and Miller's generator). */
function randomOf(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** The stops in order, each way as often as the others (Fisher and Yates). */
function waysInOrder(random: () => number): Way[] {
  const names = Object.keys(WAYS).filter(isWay);
  const ways = Array.from({ length: STOPS }, (_, at) => names[at % names.length] as Way);
  for (let at = ways.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    const [a, b] = [ways[at], ways[other]];
    if (a && b) [ways[at], ways[other]] = [b, a];
  }
  return ways;
}

let world: Backfill;
beforeAll(async () => {
  world = await startBackfill(RATE);
});
afterAll(() => world[Symbol.asyncDispose]());

/** A leg that was stopped, and the records that its run had saved before and after it. */
interface Stopped {
  readonly way: Way | 'lost lease' | 'end';
  readonly leg: number;
  readonly before: number;
  readonly after: number;
  /** Whether it ended its record: a killed one does not. */
  readonly cleanly: boolean;
}

/**
 * Stops a leg, and waits for its end.
 *
 * @param to - records that the leg has saved before
 * @param point - where between two checkpoints, from 0 to below 1
 * @returns whether it was at work; a machine that stands still for as long as a lease ends a leg
 * too
 */
async function stop(way: Way, run: RunRecord, to: number, point: number): Promise<boolean> {
  const { store } = world;
  if (way === 'deadline') {
    // A function that came too late to its end is killed: its lease runs out.
    await until(
      'the deadline has passed',
      async () => (await store.get(run.id)).status === 'interrupted' || (await world.isFree()),
      (over) => over,
    );
    return true;
  }
  const { matched } = await until(
    `${to} records are saved`,
    async () => ({ ...(await store.get(run.id)), isFree: await world.isFree(), lines: world.lines }),
    (now) => now.matched >= to || now.isFree,
  );
  const isAtWork = matched >= to;
  if (isAtWork) await sleep(point * CHECKPOINT_EVERY_MS);
  else console.log('ended by itself', JSON.stringify({ way, host: run.host, lines: world.lines.slice(-3) }));
  if (way === 'stop-task') await world.stopTask(run);
  else {
    const { child, exited } = world.process();
    child.kill(way === 'sigkill' ? 'SIGKILL' : 'SIGTERM');
    await exited;
  }
  return isAtWork;
}

/** Legs that wrote their end into the history. */
async function cleanEnds(id: string): Promise<Set<number>> {
  const ended = new Set<number>();
  let leg = 0;
  for await (const { event, detail = '' } of world.store.audit(id)) {
    if (event === 'began') leg = Number(/^leg (\d+)/.exec(detail)?.[1]);
    if (event === 'ended') ended.add(leg);
  }
  return ended;
}

it(`a backfill of ${RECORDS} records that is stopped ${STOPS} times across hosts loses none and has each effect once`, {
  timeout: 3_600_000,
}, async () => {
  const begun = performance.now();
  const { store, rows, visits } = world;
  const ids = Array.from({ length: RECORDS }, (_, index) => `row-${String(index).padStart(6, '0')}`);
  for (let at = 0; at < RECORDS; at += 500) {
    await rows.writeMany({ put: ids.slice(at, at + 500).map((id) => ({ id, done: 0 })) });
  }
  const base = { task: 'backfill', shape: 'segmented', params: {}, caller: 'test', correlationId: 'c' } as const;
  let { run } = await store.create({ ...base, id: 'run', on: 'here' });
  const random = randomOf(SEED);
  const legs: Stopped[] = [];

  /**
   * Lets a leg do `turn` records at full speed, and stops it somewhere in there.
   *
   * @returns whether it was at work: a function may get no time for a record
   */
  const stopLeg = async (way: Way, turn: number): Promise<boolean> => {
    const { matched: before } = run;
    await store.command('run', 'resume', 'test', { on: WAYS[way] });
    await world.giveTurn(turn);
    const working = await world.nextLeg(run);
    // What is saved is up to a window behind.
    const isAtWork = await stop(way, working, before + Math.max(1, Math.floor(turn - 1.2 * WINDOW)), random());
    run = await store.get('run');
    expect(['running', 'interrupted']).toContain(run.status);
    const cleanly = (await cleanEnds('run')).has(run.leg);
    legs.push({ way: isAtWork ? way : 'lost lease', leg: run.leg, before, after: run.matched, cleanly });
    return isAtWork && run.matched > before;
  };
  for (const [at, way] of waysInOrder(random).entries()) {
    let isStopped = false;
    while (!isStopped) {
      const share = (RECORDS - run.matched) / (STOPS - at + 1);
      isStopped = await stopLeg(way, Math.ceil(share * (0.6 + 0.5 * random())));
    }
  }
  await store.command('run', 'resume', 'test', { on: 'here' });
  await world.giveTurn(RECORDS);
  const { matched: before } = run;
  await world.nextLeg(run);
  const { exited, stderr } = world.process();
  expect(await exited, stderr()).toEqual({ code: 0, signal: null });
  run = await store.get('run');
  expect(run).toMatchObject({ status: 'succeeded', failed: 0, scanned: RECORDS, matched: RECORDS });
  legs.push({ way: 'end', leg: run.leg, before, after: run.matched, cleanly: true });

  // Every row was marked, once.
  let lost = 0;
  let doubled = 0;
  let seen = 0;
  for await (const { done } of rows.scan()) {
    seen += 1;
    if (done === 0) lost += 1;
    if (done > 1) doubled += 1;
  }
  expect({ seen, lost, doubled }).toEqual({ seen: RECORDS, lost: 0, doubled: 0 });

  // A leg worked on what it saved, and on less than a window more if it was killed.
  const worked = new Map<number, number>();
  for await (const { leg } of visits.scan()) worked.set(leg, (worked.get(leg) ?? 0) + 1);
  let repeated = 0;
  let most = 0;
  for (const { way, leg, before: from, after, cleanly } of legs) {
    const unsaved = (worked.get(leg) ?? 0) - (after - from);
    expect({
      leg,
      way,
      unsaved,
      atMost: cleanly ? 0 : WINDOW,
      fits: unsaved >= 0 && unsaved <= (cleanly ? 0 : WINDOW),
    }).toMatchObject({ fits: true });
    repeated += unsaved;
    most = Math.max(most, unsaved);
  }
  expect(legs).toHaveLength(run.leg);
  const stops: Record<string, number> = {};
  for (const { way, cleanly } of legs.slice(0, -1)) {
    const name = cleanly === (way === 'sigkill') ? `${way} (${cleanly ? 'cleanly' : 'killed'})` : way;
    stops[name] = (stops[name] ?? 0) + 1;
  }
  const minutes = Number(((performance.now() - begun) / 60_000).toFixed(1));
  const counts = { seed: SEED, records: seen, stops, legs: run.leg, repeated, mostInAWindow: most, window: WINDOW };
  console.log(JSON.stringify({ ...counts, lost, doubled, workSeconds: Math.round(run.durationMs / 1_000), minutes }));
});

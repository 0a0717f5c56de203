import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { jsonLines } from '../../../support/json-lines.ts';
import type { RunningApp } from '../../../support/start-app.ts';
import { until } from '../../../support/until.ts';
import { createClient } from '../../client.ts';
import { createDoor } from '../../door.ts';
import { linesOf } from '../../logged.ts';
import type { Scenario } from '../../scenario.ts';
import { putToken, TOKEN } from '../start-probe.ts';

const TEN_MINUTES_MS = 10 * 60_000;
const NEW_TOKEN = 'another-secret-token-of-the-probe';
/** Requests at a time. */
const CLIENTS = 4;

const fingerprint = (token: string) => createHash('sha256').update(token).digest('hex').slice(0, 8);
const leaks = (app: RunningApp) => app.lines().filter((line) => line.includes(TOKEN) || line.includes(NEW_TOKEN));

/** One answered request, by the test's clock. */
interface Asked {
  readonly began: number;
  readonly ended: number;
  readonly status: number;
  readonly body: { readonly instance: string; readonly fingerprint: string; readonly knocks: number };
}

/** Several clients, each of which sends one request after the other until it is stopped. */
function load(app: RunningApp, path: string) {
  const asked: Asked[] = [];
  let over = false;
  const client = createClient(app);
  const loops = Array.from({ length: CLIENTS }, async () => {
    while (!over) {
      const began = performance.now();
      const { status, body } = await client.send('GET', path);
      asked.push({ began, ended: performance.now(), status, body: body as Asked['body'] }); // the probe's own answer
    }
  });
  return {
    asked,
    /** Waits until that many more have been answered. */
    more: (count: number) => {
      const from = asked.length;
      return until(
        `${count} more requests are answered`,
        () => asked.length - from,
        (answered) => answered >= count,
      );
    },
    stop: async () => {
      over = true;
      await Promise.all(loops);
    },
  };
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)].sort();
const byInstance = (asked: readonly Asked[]) => Map.groupBy(asked, ({ body }) => body.instance);

/**
 * Instances that changed their mind: one that starts late starts with the new value, but none that
 * has one takes another before it is due.
 */
const changedWithin = (asked: readonly Asked[]) =>
  [...byInstance(asked)].filter(([, answers]) => unique(answers.map(({ body }) => body.fingerprint)).length > 1);

/**
 * Answers with the old value that an instance gave after everything was over that had been there
 * when its first answer was.
 */
function staleAfterRefresh(asked: readonly Asked[], old: string): Asked[] {
  return [...byInstance(asked).values()].flatMap((answers) => {
    const first = Math.min(...answers.map(({ ended }) => ended));
    const bound = Math.max(...answers.filter(({ began }) => began <= first).map(({ ended }) => ended));
    return answers.filter(({ began, body }) => began > bound && body.fingerprint === old);
  });
}

/**
 * Answers for which an instance tried the old value again after one of its requests had come by the
 * new one.
 */
function triedAgain(asked: readonly Asked[]): Asked[] {
  return [...byInstance(asked).values()].flatMap((answers) => {
    const bound = Math.min(...answers.filter(({ body }) => body.knocks === 2).map(({ ended }) => ended));
    return answers.filter(({ began, body }) => began > bound && body.knocks === 2);
  });
}

/** Each has a separate app on each host. */
export const ROTATION_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a secret that was rotated under load is the new one once the config is due, for all requests, and neither is in any line',
    contract: {
      status: [200],
      changedWithin: [],
      last: [fingerprint(NEW_TOKEN)],
      stale: [],
      leaks: [],
    },
    run: async (app) => {
      const before = load(app, '/vault');
      await before.more(3 * CLIENTS);
      await putToken(app.aws, NEW_TOKEN);
      await before.more(3 * CLIENTS);
      await before.stop();
      app.passes(TEN_MINUTES_MS);
      const after = load(app, '/vault');
      await until(
        'all that come by the end are new',
        () => after.asked.slice(-2 * CLIENTS),
        (seen) => seen.length === 2 * CLIENTS && seen.every(({ body }) => body.fingerprint === fingerprint(NEW_TOKEN)),
      );
      await after.stop();
      await createClient(app).send('GET', '/throw');
      return {
        status: unique([...before.asked, ...after.asked].map(({ status }) => status)),
        failures: [...before.asked, ...after.asked].filter(({ status }) => status !== 200),
        changedWithin: changedWithin(before.asked),
        last: unique(after.asked.slice(-CLIENTS).map(({ body }) => body.fingerprint)),
        stale: staleAfterRefresh(after.asked, fingerprint(TOKEN)),
        leaks: leaks(app),
      };
    },
  },
  {
    name: 'credentials that are refused in the middle of requests are fetched once and tried again: every answer is good',
    contract: { status: [200], knocks: [1, 2], again: [], refreshedOnceEach: true, job: { receives: 1 }, leaks: [] },
    run: async (app) => {
      await using door = await createDoor(TOKEN);
      const knock = async (id: string) => {
        const headers = { 'x-correlation-id': `rotation-${id}` };
        await createClient(app).send('POST', '/jobs', { body: { id, does: 'knock', at: door.url }, headers });
        await linesOf(app, `rotation-${id}`, { component: 'jobs', message: 'message handled' });
        return (await createClient(app).send('GET', `/rows?id=${id}`)).body as { receives?: number }; // the probe's own row
      };
      await knock('before');
      const { asked, more, stop } = load(app, `/door?at=${encodeURIComponent(door.url)}`);
      await more(3 * CLIENTS);
      // A rotation changes the password at the service, and publishes it after that.
      door.lock(NEW_TOKEN);
      await until(
        'the old one is refused',
        () => door.refused,
        (count) => count > 0,
      );
      await putToken(app.aws, NEW_TOKEN);
      await more(6 * CLIENTS);
      await stop();
      const { receives } = await knock('after');
      const refused = unique(asked.filter(({ body }) => body.knocks === 2).map(({ body }) => body.instance));
      const changes = () =>
        jsonLines(app.lines().join('\n')).filter(
          ({ message, function_name = '-http' }) =>
            message === 'config changed' && String(function_name).endsWith('-http'),
        ).length;
      await until('each refresh is logged', changes, (count) => count >= refused.length);
      expect(refused.length).toBeGreaterThan(0);
      return {
        status: unique(asked.map(({ status }) => status)),
        failures: asked.filter(({ status }) => status !== 200),
        knocks: unique(asked.map(({ body }) => body.knocks)),
        again: triedAgain(asked),
        refreshedOnceEach: changes() === refused.length,
        job: { receives },
        leaks: leaks(app),
      };
    },
  },
];

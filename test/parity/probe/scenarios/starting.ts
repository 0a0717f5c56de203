import type { ShutdownReport } from '@twelvefold/lifecycle/internal';
import { expect } from 'vitest';
import { jsonLines } from '../../../support/json-lines.ts';
import type { RunningApp } from '../../../support/start-app.ts';
import { until } from '../../../support/until.ts';
import type { Scenario } from '../../scenario.ts';

const A_MINUTE_MS = 60_000;

/** The status of a request, 0 where nothing listens. */
const statusOf = (app: RunningApp) =>
  fetch(`${app.url}/echo`).then(
    ({ status }) => status,
    () => 0,
  );

const reports = (app: RunningApp) =>
  jsonLines(app.lines().join('\n'))
    .filter(({ message }) => message === 'shutdown report')
    .map(({ shutdown }) => shutdown as ShutdownReport); // what the service logs under that name

const listened = (app: RunningApp) => app.lines().filter((line) => line.includes('listening on port')).length;

/**
 * Ends what is starting: a service by SIGTERM, a function as Lambda ends an environment that is not
 * ready yet.
 */
async function endStart(app: RunningApp): Promise<void> {
  const { task, functions } = app.launched;
  if (!task) return functions.http?.kill();
  const before = reports(app).length;
  // An intended difference: it has an exit code and a report.
  expect(await task.stop()).toEqual({ code: 0, signal: null });
  const [report] = reports(app).slice(before);
  expect(report).toMatchObject({ reason: 'SIGTERM', abandoned: [], forced: false, openHandles: {} });
  expect(await statusOf(app)).toBe(0);
}

/** Each has a separate app on each host. */
export const STARTING_SCENARIOS: readonly Scenario[] = [
  {
    name: 'the end while config is being loaded: nothing is served, nothing stays behind, and the next start is as any other',
    contract: { served: false, listened: 0, left: [], next: 200 },
    run: async (app) => {
      await app.launched.stop();
      const before = listened(app);
      app.endpoint.faults.add({ service: 'ssm', operation: 'GetParameters', kind: 'delay', delayMs: A_MINUTE_MS });
      await app.restart({ unready: true });
      const asked = statusOf(app); // starts a function; a service has no port yet
      await until(
        'config is asked for',
        () => app.endpoint.faults.list()[0]?.struck ?? 0,
        (struck) => struck > 0,
      );
      await endStart(app);
      const served = (await asked) === 200;
      const seen = {
        served,
        listened: listened(app) - before,
        left: Object.values(app.launched.functions).flatMap((fn) => fn.pids()),
      };
      app.endpoint.faults.clear();
      await app.launched.stop();
      await app.restart();
      return { ...seen, next: await statusOf(app) };
    },
  },
  {
    name: 'the end while the last of it starts: the port that was open is closed again',
    contract: { left: [], next: 200 },
    run: async (app) => {
      await app.launched.stop();
      const before = listened(app);
      await app.restart({ unready: true });
      if (app.host === 'service') {
        // It polls its queues next.
        await until(
          'it listens',
          () => listened(app),
          (count) => count > before,
        );
      } else {
        void statusOf(app);
        await until(
          'it starts',
          () => app.launched.functions.http?.pids().length ?? 0,
          (count) => count > 0,
        );
      }
      await endStart(app);
      const left = Object.values(app.launched.functions).flatMap((fn) => fn.pids());
      await app.launched.stop();
      await app.restart();
      return { left, next: await statusOf(app) };
    },
  },
];

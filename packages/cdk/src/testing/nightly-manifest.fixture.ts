import { defineApp, listCollection, table, taskRuns } from 'twelvefold';
import type { Manifest } from 'twelvefold/manifest';
import { buildManifest } from 'twelvefold/manifest';
import * as z from 'zod/mini';

const rows = table('rows', { schema: z.object({ id: z.string() }), key: 'id' });
const app = defineApp({ name: 'night', backing: { rows, runs: taskRuns('task-runs') } });
const over = () => listCollection([1]);
const params = z.object({});

const backfill = app.task(
  'backfill',
  {
    params,
    uses: { rows: ['update'] },
    over,
    schedule: [
      { at: 'cron(0 3 * * ? *)', timeZone: 'Europe/Berlin', retries: 1 },
      { at: 'rate(7 days)', params: { at: '{stage}' } },
    ],
  },
  async () => {},
);
const report = app.task('report', { params, uses: { rows: ['scan'] }, over }, async () => {});
const idle = app.task('idle', { params, uses: {}, schedule: { at: 'rate(1 hour)', retries: 0 } }, async () => 1);

/** An app of tasks with records of runs, and nothing else. */
export const nightlyManifest: Manifest = buildManifest(app, {
  'lambda/backfill.js': backfill,
  'lambda/report.js': report,
  'lambda/idle.js': idle,
});

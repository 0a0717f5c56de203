import { listCollection, taskRuns } from '@twelvefold/admin';
import { table } from '@twelvefold/backing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { defineApp } from '../define-app.ts';
import { buildManifest } from './build-manifest.ts';
import type { Manifest, ManifestSupervisor } from './manifest.ts';

const Row = z.object({ id: z.string(), cents: z.number() });
const rows = table('rows', { schema: Row, key: 'id' });
const recorded = defineApp({ name: 'shop', backing: { rows, runs: taskRuns('task-runs') } });
const plain = defineApp({ name: 'shop', backing: { rows } });
const params = z.object({ since: z.string().default('2026-01-01'), token: z.string().optional() });

const backfill = recorded.task(
  'backfill',
  {
    params,
    uses: { rows: ['update'] },
    secretParams: ['token'],
    segments: 4,
    schedule: { at: 'cron(0 3 * * ? *)', timeZone: 'Europe/Berlin', retries: 1 },
    over: ({ since }, { params: given }) => {
      expectTypeOf(given).toEqualTypeOf<{ since: string; token?: string | undefined }>();
      return listCollection([{ since }]);
    },
  },
  async (record, ctx) => {
    expectTypeOf(record).toEqualTypeOf<{ since: string }>();
    expectTypeOf(ctx.run.fence.token).toEqualTypeOf<number>();
    expectTypeOf(ctx.backing).toHaveProperty('rows');
    // @ts-expect-error: the records of runs are not a task's business
    void ctx.backing.runs;
    // @ts-expect-error: the task may only update rows
    void ctx.backing.rows.get;
  },
);

describe('the manifest of an app with records of runs', () => {
  it('has the supervisor with its tasks and schedules', () => {
    const manifest = buildManifest(recorded, { 'lambda/backfill.js': backfill });
    expectTypeOf(manifest.supervisor).toEqualTypeOf<ManifestSupervisor | undefined>();
    expectTypeOf<Manifest['supervisor']>().toEqualTypeOf<ManifestSupervisor | undefined>();
    expect(manifest.supervisor).toEqual({
      name: 'supervisor',
      entry: 'lambda/supervisor.js',
      export: 'handler',
      uses: ['runs'],
      grants: [
        { resource: 'runs', actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'] },
        { resource: 'runs', part: 'group-order', actions: ['dynamodb:Query'] },
        { resource: 'runs', part: 'active-due', actions: ['dynamodb:Query'] },
      ],
      modules: ['@twelvefold/admin/dynamodb-runs'],
      tasks: ['backfill'],
      schedules: [
        {
          name: 'shop-{stage}-backfill',
          task: 'backfill',
          expression: 'cron(0 3 * * ? *)',
          timeZone: 'Europe/Berlin',
          retries: 1,
          input: {
            task: 'backfill',
            params: {},
            scheduleArn: '<aws.scheduler.schedule-arn>',
            scheduledTime: '<aws.scheduler.scheduled-time>',
          },
        },
      ],
    });
    expect(new Set(manifest.components[0]?.grants.map(({ resource }) => resource))).toEqual(new Set(['rows', 'runs']));
    expect(manifest.resources.find(({ key }) => key === 'runs')).toMatchObject({
      kind: 'task-runs',
      physicalName: 'shop-{stage}-task-runs',
      binding: { env: 'TWELVEFOLD_RUNS_NAME', parameter: '/shop/{stage}/bindings/runs' },
    });
  });

  it('has none without them', () => {
    const task = plain.task('once', { params, uses: {} }, async () => 1);
    expect(buildManifest(plain, { 'lambda/once.js': task })).not.toHaveProperty('supervisor');
  });
});

describe('app.task', () => {
  it('says what to add where a task needs records', () => {
    const over = () => listCollection([1]);
    expect(() => plain.task('t', { params, uses: {}, over, segments: 2 }, () => undefined)).toThrow(
      "'over', 'segments' needs records of runs: add runs: taskRuns('task-runs') to backing",
    );
  });

  it('names every fault of its rules at once', () => {
    const wrong = {
      params,
      uses: {},
      concurrency: 0,
      segments: 101,
      throttle: { rate: -1 },
      maxFailures: -1,
      schedule: { at: 'rate(1 minutes)', timeZone: 'Mars', retries: 3 },
      over: () => listCollection([1]),
    };
    const faults = [
      'concurrency',
      'segments',
      'throttle.rate',
      'maxFailures',
      'schedule.at',
      'schedule.timeZone',
      'schedule.retries',
    ];
    for (const fault of faults) expect(() => recorded.task('t', wrong, () => undefined)).toThrow(`'${fault}'`);
    const shown = { at: 'rate(1 day)', params: { token: 'hush' } };
    expect(() =>
      recorded.task('t', { params, uses: {}, secretParams: ['token'], schedule: shown }, async () => 1),
    ).toThrow("'schedule.params' has the secret 'token'");
    // @ts-expect-error: a task in one call has no segments
    expect(() => recorded.task('t', { params, uses: {}, segments: 2 }, async () => 1)).toThrow(
      "unknown option 'segments'",
    );
    // @ts-expect-error: a parameter that the schema does not have
    void (() => recorded.task('t', { params, uses: {}, secretParams: ['tokken'] }, async () => 1));
  });
});

import { taskRuns } from '@twelvefold/admin';
import { cache, queue, sessionStore, sql, table } from '@twelvefold/backing';
import { defineConfig, parameterStore, secret, secretsManager } from '@twelvefold/config';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import type { TaskComponent } from '../component.ts';
import { defineApp } from '../define-app.ts';
import { buildManifest } from '../manifest/build-manifest.ts';
import { taskOf } from '../runtime/task-of.ts';
import {
  backfillTable,
  configStore,
  endSessions,
  flushCache,
  migrateDatabase,
  pushConfig,
  redriveDeadLetters,
} from './index.ts';

const schema = z.object({ id: z.string(), count: z.number(), note: z.string().optional() });
const config = defineConfig({
  schema: z.object({ rate: z.string(), key: secret(z.string()), shared: secret(z.string(), { id: 'all/of/them' }) }),
  sources: [parameterStore(), secretsManager()],
});
const app = defineApp({
  name: 'shop',
  config,
  backing: {
    rows: table('rows', { schema, key: 'id' }),
    jobs: queue('jobs', { schema }),
    plain: queue('plain', { schema, deadLetter: false }),
    sessions: sessionStore('sessions', { schema: z.object({}) }),
    prices: cache('prices', { schema }),
    database: sql('database', { login: { iam: 'shop' } }),
    settings: configStore('settings', config),
    runs: taskRuns('task-runs'),
  },
});
const without = defineApp({ name: 'shop', backing: { rows: table('rows', { schema, key: 'id' }) } });

/** The actions that a task's role has on resources other than the records of runs. */
function grantsOf(task: TaskComponent) {
  const { components } = buildManifest(app, { 'lambda/task.js': task });
  return components[0]?.grants.filter(({ resource }) => resource !== 'runs');
}

describe('ready-made tasks', () => {
  it('have names, and the permissions that their resource takes', () => {
    const tasks = [
      redriveDeadLetters(app, 'jobs'),
      endSessions(app, 'sessions'),
      flushCache(app, 'prices'),
      pushConfig(app, 'settings'),
      migrateDatabase(app, 'database', { migrations: [] }),
      backfillTable(app, 'rows', { name: 'count', change: () => undefined }),
    ];
    expect(tasks.map(({ name }) => name)).toEqual([
      'redrive-jobs',
      'end-sessions',
      'flush-prices',
      'push-config',
      'migrate-database',
      'count',
    ]);
    expect(tasks.map(grantsOf)).toEqual([
      [
        { resource: 'jobs', actions: ['sqs:SendMessage', 'sqs:GetQueueAttributes'] },
        { resource: 'jobs', part: 'deadLetter', actions: expect.arrayContaining(['sqs:ReceiveMessage']) },
      ],
      [{ resource: 'sessions', actions: expect.arrayContaining(['dynamodb:BatchGetItem']) }],
      [{ resource: 'prices', actions: ['elasticache:Connect'] }],
      [
        {
          resource: 'settings',
          actions: expect.arrayContaining(['ssm:PutParameter', 'secretsmanager:PutSecretValue']),
        },
      ],
      [{ resource: 'database', actions: ['rds-db:connect'] }],
      [{ resource: 'rows', actions: ['dynamodb:Scan', 'dynamodb:GetItem', 'dynamodb:UpdateItem'] }],
    ]);
  });

  it('write to the parameters and secrets of the app and its stage only', () => {
    const { resources } = buildManifest(app, {});
    const arns = JSON.stringify(resources.find(({ key }) => key === 'settings')?.arns);
    for (const part of ['parameter/shop/{stage}/rate', 'secret:shop/{stage}/key-??????']) expect(arns).toContain(part);
    expect(arns).not.toContain('all/of/them');
  });

  it('leave the code of dead letters out of components that do not redrive', () => {
    const sender = app.task('send', { params: z.object({}), uses: { jobs: ['send'] } }, async () => 1);
    const entries = { 'lambda/a.js': sender, 'lambda/b.js': redriveDeadLetters(app, 'jobs') };
    const { components, resources } = buildManifest(app, entries);
    const module = '@twelvefold/backing/sqs-dead-letters';
    expect(components.map(({ modules }) => modules.includes(module))).toEqual([false, true]);
    expect(resources.find(({ key }) => key === 'jobs')?.modules).toContain(module);
  });

  it('are typed by the definitions of the app', () => {
    // @ts-expect-error: a table is not a queue
    expect(() => redriveDeadLetters(app, 'rows')).toThrow(
      "'rows' is a table; it takes the key of a queue: jobs, plain",
    );
    // @ts-expect-error: there is no such key
    expect(() => endSessions(app, 'session')).toThrow("'session' is not in backing");
    backfillTable(app, 'rows', {
      name: 'count',
      change: (row) => {
        expectTypeOf(row).toEqualTypeOf<z.output<typeof schema>>();
        return row.count === 0 ? { add: { count: 1 }, remove: ['note'] } : undefined;
      },
    });
    // @ts-expect-error: the row has no such field
    backfillTable(app, 'rows', { name: 'count', change: () => ({ set: { counts: 1 } }) });
  });

  it('say everything that is wrong', () => {
    expect(() => redriveDeadLetters(app, 'plain')).toThrow("'plain' has no dead-letter queue");
    expect(() => backfillTable(without, 'rows', { name: 'count', change: () => undefined })).toThrow(
      "add runs: taskRuns('task-runs') to backing",
    );
    const up = () => Promise.resolve();
    const migrations = [
      { name: 'a', up, inTransaction: false },
      { name: 'a', up: 1 },
      { name: '', up },
    ] as never;
    expect(() => migrateDatabase(app, 'database', { migrations, table: 'a b', tables: 1 } as never)).toThrow(
      "unknown option 'tables'; 'table' is \"a b\"; use e.g. 'ops.migrations'; 'a' needs a text to run without a transaction; two migrations are named 'a'; 'up' of 'a' is not a text or a function; migration 3 has no name",
    );
  });
});

describe('pushing config', () => {
  const pushed = async (dryRun: boolean, faults: string[] = []) => {
    const calls: string[] = [];
    const settings = {
      plan: async () => calls.push('plan') && { written: ['rate'], same: [], faults: [] },
      // By then, another process has written the rate.
      push: async () => calls.push('push') && { written: [], same: ['rate'], faults },
    };
    const { signal } = new AbortController();
    const task = taskOf(pushConfig(app, 'settings'));
    if (!('run' in task)) throw new TypeError('not a task that runs once');
    const ctx = { backing: { settings }, signal, dryRun };
    const result = task.run({ values: { rate: '0.19' } } as never, ctx as never); // the task uses nothing else
    return { result, calls };
  };

  it('plans once, and reports what the push did', async () => {
    const { result, calls } = await pushed(false);
    expect(await result).toEqual({ written: [], same: ['rate'] });
    expect(calls).toEqual(['push']);
    const failed = await pushed(false, ['rate: no store among the sources holds it']);
    await expect(failed.result).rejects.toThrow('Cannot push config: rate: no store among the sources holds it');
  });

  it('reports the plan of a dry run', async () => {
    const { result, calls } = await pushed(true);
    expect(await result).toEqual({ differs: ['rate'], same: [] });
    expect(calls).toEqual(['plan', 'push']); // the context counts the second one only
  });
});

describe('migrating a database', () => {
  const migrated = async ({ hasTable = true, isOurs = true } = {}) => {
    const seen: string[] = [];
    const query = async (text: string) => {
      const [word = ''] = text.split(' ');
      seen.push(word);
      if (word === 'SELECT' && !hasTable) throw Object.assign(new Error('no table'), { code: '42P01' });
      return { rows: [], rowCount: word === 'INSERT' && isOurs ? 1 : 0 };
    };
    const database = { query, transaction: (work: (transaction: object) => unknown) => work({ query }) };
    const migrations = [{ name: '0001-parts', up: 'ALTER' }];
    const task = taskOf(migrateDatabase(app, 'database', { migrations }));
    if (!('each' in task)) throw new TypeError('not a task over a collection');
    const logger = { info: (message: string) => void seen.push(message) };
    const ctx = { backing: { database }, logger, dryRun: false, run: { id: 'r1' } };
    await task.each(migrations[0] as never, ctx as never); // the task uses nothing else
    return seen;
  };

  it('makes its table only where there is none', async () => {
    expect(await migrated({ hasTable: false })).toEqual(['SELECT', 'CREATE', 'INSERT', 'ALTER', 'migration applied']);
    expect(await migrated()).toEqual(['SELECT', 'INSERT', 'ALTER', 'migration applied']);
  });

  it('does not claim a migration that another process applied', async () => {
    const message = 'migration was applied by another process';
    expect(await migrated({ isOurs: false })).toEqual(['SELECT', 'INSERT', message]);
  });
});

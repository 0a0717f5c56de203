import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fargate, lambda, TwelveFactorApp } from '@twelvefold/cdk';
import { devTemplate } from '@twelvefold/local/internal/dev';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  cache,
  defineApp,
  defineConfig,
  idempotencyStore,
  lock,
  parameterStore,
  queue,
  secret,
  secretsManager,
  sessionStore,
  sql,
  table,
  taskRuns,
  topic,
} from 'twelvefold';
import { buildManifest } from 'twelvefold/manifest';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';

const schema = z.object({ id: z.string(), owner: z.string(), kind: z.string() });
const events = topic('events', { schema, filters: ['kind'] });
const config = defineConfig({
  schema: z.object({
    tax: z.object({ rate: z._default(z.string(), '0.19') }),
    payments: z.object({ key: secret(z.string()) }),
    login: secret(z.object({ username: z.string(), password: z.string() })),
  }),
  sources: [parameterStore(), secretsManager()],
});

/** Every kind of backing service, with what makes its resources more than one. */
const app = defineApp({
  name: 'shop',
  config,
  backing: {
    orders: queue('orders', { schema, visibility: '90s', deadLetter: { maxReceives: 5 } }),
    strict: queue('strict', { schema, fifo: true }),
    events,
    mails: queue('mails', { schema, subscribe: [events] }),
    rows: table('rows', { schema, key: 'id', indexes: { byOwner: { partition: 'owner', sort: 'id' } } }),
    sessions: sessionStore('sessions', { schema, idle: '30m', absolute: '12h' }),
    once: idempotencyStore('once'),
    lock: lock('lock'),
    runs: taskRuns('runs'),
    database: sql('database', { engine: 'postgres', login: config.key('login') }),
    prices: cache('prices', { schema, ttl: '1m', driver: 'memory' }),
  },
});
const api = app.http({ uses: { orders: ['send'] } }, () => new Response());
const count = app.task('count', { params: z.object({}), uses: {} }, async () => ({}));
const consumer = app.consumer('orders', { uses: { rows: ['put'] } }, async () => undefined);
const manifest = buildManifest(app, { 'lambda/http.js': api, 'lambda/orders.js': consumer, 'lambda/count.js': count });

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}
type Resources = Readonly<Record<string, Resource>>;

const outdir = mkdtempSync(join(tmpdir(), 'twelvefold-dev-'));
afterAll(() => rmSync(outdir, { recursive: true }));

function ofCdk(): Resources {
  const stack = new Stack(new App({ analyticsReporting: false, builtinCloudFormationValidation: false, outdir }));
  new TwelveFactorApp(stack, 'App', {
    manifest,
    compute: { http: [lambda(), fargate()], orders: lambda(), count: lambda() },
    kinds: { sql: () => ({ binding: 'postgres://db/shop', arns: ['arn:aws:rds-db:::dbuser:x/y'] }) },
  });
  return Template.fromStack(stack).toJSON().Resources;
}

/** With the stage written in, where the stage was all that `Fn::Sub` had to write. */
function atStage(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(atStage);
  if (typeof value !== 'object' || value === null) return value;
  const { 'Fn::Sub': text } = value as { 'Fn::Sub'?: unknown };
  if (typeof text === 'string') {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as CloudFormation writes it
    const written = text.replaceAll('${Stage}', 'dev');
    return written.includes('${') ? { 'Fn::Sub': written } : written;
  }
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, atStage(field)]));
}

const cdk = ofCdk();
const dev: Resources = devTemplate(manifest, {
  stage: 'dev',
  functions: { env: {}, entryOf: (entry) => entry },
}).Resources;

describe('the resources of twelvefold dev', () => {
  it('are every resource that the manifest makes, with the properties that TwelveFactorApp gives them', () => {
    const made = manifest.resources.flatMap(({ cloudFormation = [] }) => cloudFormation);
    expect(new Set(manifest.resources.map(({ kind }) => kind))).toEqual(
      new Set(['queue', 'topic', 'table', 'sessions', 'idempotency', 'lock', 'task-runs', 'sql', 'cache']),
    );
    for (const { id } of made) {
      const { Type, Properties } = cdk[id] ?? {};
      expect({ Type, Properties: atStage(Properties) }, id).toEqual({
        Type: dev[id]?.Type,
        Properties: atStage(dev[id]?.Properties),
      });
    }
    expect(made.length).toBeGreaterThan(12);
  });

  it('are the parameters and secrets of the config, by name', () => {
    const names = (resources: Resources, type: string) =>
      Object.values(resources)
        .filter(({ Type }) => Type === type)
        .map(({ Properties }) => String(atStage(Properties.Name)))
        .sort();
    for (const type of ['AWS::SSM::Parameter', 'AWS::SecretsManager::Secret']) {
      // A handler of cdk binds the database; dev starts a server and sets its variable.
      expect(names(dev, type)).toEqual(names(cdk, type).filter((name) => !name.endsWith('/database')));
    }
  });

  it('run the functions as long as TwelveFactorApp does, from the same queue', () => {
    for (const id of ['HttpFunction', 'OrdersFunction']) {
      const { Timeout, FunctionName, MemorySize } = dev[id]?.Properties ?? {};
      expect({ Timeout, FunctionName, MemorySize }).toEqual({
        Timeout: cdk[id]?.Properties.Timeout,
        FunctionName: atStage(cdk[id]?.Properties.FunctionName),
        MemorySize: cdk[id]?.Properties.MemorySize,
      });
    }
    const source = (resources: Resources) => resources.OrdersEventSource?.Properties ?? {};
    for (const name of ['EventSourceArn', 'BatchSize', 'FunctionResponseTypes']) {
      expect(source(dev)[name]).toEqual(source(cdk)[name]);
    }
  });
});

import {
  fargate,
  lambda,
  postgres,
  TwelveFactorApp,
  TwelveFactorAudit,
  TwelveFactorMonitoring,
  TwelveFactorNetwork,
  TwelveFactorPipeline,
  valkey,
} from '@twelvefold/cdk';
import { App, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { cache, defineApp, queue, sessionStore, sql, table, taskRuns, topic } from 'twelvefold';
import { buildManifest } from 'twelvefold/manifest';
import * as z from 'zod';
import { addFunctionsApp } from './functions-app.ts';

const schema = z.object({ id: z.string() });
const events = topic('events', { schema });
const app = defineApp({
  name: 'everything',
  backing: {
    events,
    orders: queue('orders', { schema, subscribe: [events] }),
    rows: table('rows', { schema, key: 'id' }),
    visits: sessionStore('visits', { schema }),
    prices: cache('prices', { schema }),
    ledger: sql('ledger', { login: { iam: 'everything' } }),
    runs: taskRuns('task-runs'),
  },
});
const http = app.http({ uses: { events: ['publish'], visits: ['load'], prices: ['get'] } }, () => new Response());
const consumer = app.consumer('orders', { uses: { rows: ['put'], ledger: ['query'] } }, async () => {});
const nightly = app.task(
  'nightly',
  { params: z.object({}), uses: { rows: ['scan'], ledger: ['query'] }, schedule: { at: 'cron(0 3 * * ? *)' } },
  async () => {},
);
const manifest = buildManifest(app, {
  'lambda/http.js': http,
  'lambda/orders.js': consumer,
  'lambda/nightly.js': nightly,
});

/**
 * Every construct with every option that adds a resource or a permission, in stacks of two apps.
 *
 * @param outdir gets the templates; a temporary folder by default
 */
export function everyConstruct(outdir?: string): App {
  const cdk = new App({
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
    ...(outdir !== undefined && { outdir }),
  });
  const network = new TwelveFactorNetwork(new Stack(cdk, 'Network'), 'Network', {
    manifests: [manifest],
    internet: true,
  });
  const stack = new Stack(cdk, 'App');
  const { vpc } = network;
  const compute = {
    http: [lambda({ front: 'rest-api' }), fargate()],
    orders: [lambda({ maxConcurrency: 10 }), fargate()],
    nightly: [lambda(), fargate({ cpu: 1_024, memoryLimitMiB: 2_048 })],
  };
  const certificate = Certificate.fromCertificateArn(
    stack,
    'Certificate',
    'arn:aws:acm:eu-west-1:111122223333:certificate/1',
  );
  const everything = new TwelveFactorApp(stack, 'App', {
    manifest,
    compute,
    dataKey: 'new',
    kinds: { sql: postgres({ vpc, proxy: true, standby: true }), cache: valkey({ vpc }) },
    service: {
      network: { vpc, certificate },
      deployment: 'blue-green',
      scaling: { max: 4 },
      exec: true,
      taskProtection: true,
    },
  });
  const { topic: alarms } = new TwelveFactorMonitoring(stack, 'Monitoring', { app: everything });
  new TwelveFactorPipeline(new Stack(cdk, 'Pipeline'), 'Pipeline', {
    manifest,
    compute,
    source: {
      connectionArn: 'arn:aws:codeconnections:eu-west-1:111122223333:connection/1',
      repository: 'example/everything',
    },
    stages: [{ name: 'staging' }, { name: 'production', approval: true }],
  });
  new TwelveFactorAudit(new Stack(cdk, 'Audit'), 'Audit', { app: 'everything', monthlyBudgetUsd: 200, topic: alarms });
  addFunctionsApp(cdk);
  return cdk;
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lambda, TwelveFactorApp, TwelveFactorPipeline } from '@twelvefold/cdk';
import type { App } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import { defineApp, defineConfig, parameterStore, secret, secretsManager, sql } from 'twelvefold';
import { buildManifest } from 'twelvefold/manifest';
import * as z from 'zod';

const config = defineConfig({
  schema: z.object({ rate: z.string().default('1'), key: secret(z.string()) }),
  sources: [parameterStore(), secretsManager()],
});
const app = defineApp({
  name: 'gradual',
  config,
  backing: { ledger: sql('ledger', { engine: 'dsql', login: { iam: 'gradual' } }) },
});
const http = app.http({ uses: { ledger: ['query'], config: ['rate', 'key'] } }, () => new Response());
const pages = app.http({ name: 'pages', uses: {} }, () => new Response());
const manifest = buildManifest(app, { 'lambda/http.js': http, 'lambda/pages.js': pages });

/** Functions behind an HTTP API and a function URL, with what needs a version of the code. */
export function addFunctionsApp(cdk: App): void {
  const directory = join(cdk.outdir, 'code');
  for (const { name } of manifest.components) {
    mkdirSync(join(directory, 'lambda', name), { recursive: true });
    writeFileSync(join(directory, 'lambda', name, `${name}.js`), '');
  }
  const compute = {
    http: lambda({ provisionedConcurrency: { min: 1, max: 4 }, shift: { percent: 10, minutes: 5 } }),
    pages: lambda({ front: 'function-url' }),
  };
  new TwelveFactorApp(new Stack(cdk, 'Functions'), 'App', { manifest, compute, code: { directory } });
  new TwelveFactorPipeline(new Stack(cdk, 'FunctionsPipeline'), 'Pipeline', {
    manifest,
    compute,
    source: { codeCommit: 'gradual' },
    stages: [{ name: 'staging' }, { name: 'production', approval: true }],
  });
}

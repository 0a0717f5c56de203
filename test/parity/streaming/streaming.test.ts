import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fargate, lambda, TwelveFactorApp } from '@twelvefold/cdk';
import { provision } from '@twelvefold/local';
import type { IStackSynthesizer } from 'aws-cdk-lib';
import { App, BootstraplessSynthesizer, Stack } from 'aws-cdk-lib';
import { build } from 'esbuild';
import { buildManifest } from 'twelvefold/manifest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningApp } from '../../support/start-app.ts';
import { HOSTS, startApp } from '../../support/start-app.ts';
import { app, http } from './app.ts';
import { STREAMING_SCENARIOS } from './scenarios.ts';

/** Each host, and a function behind each front that streams. */
const PLACES = [
  ...HOSTS.map((host) => ({ host, front: 'function-url' as const })),
  { host: 'functions' as const, front: 'rest-api' as const },
];
const apps: RunningApp[] = [];
let bundles: string;

beforeAll(async () => {
  bundles = await mkdtemp(join(tmpdir(), 'twelvefold-streams-'));
  await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: ['ecs.ts', 'lambda/*.ts'],
    outdir: bundles,
    outbase: '.',
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    conditions: ['@twelvefold/source'],
    external: ['@aws-sdk/*'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  const parameters = { Stage: 'test' };
  for (const { host, front } of PLACES) {
    const template = render(front);
    const started = await startApp({
      host,
      bundles,
      provision: (env, endpoint) => provision(template, { env, endpoint, stackName: 'streams-test', parameters }),
    });
    apps.push(started);
  }
});
afterAll(async () => {
  for (const one of apps) await one[Symbol.asyncDispose]();
  await rm(bundles, { recursive: true, force: true });
});

function render(front: 'function-url' | 'rest-api'): unknown {
  const cdk = new App({ analyticsReporting: false, treeMetadata: false, outdir: join(bundles, 'cdk', front) });
  const stack = new Stack(cdk, 'Streams', {
    // CDK's own declarations do not fit together under exactOptionalPropertyTypes.
    synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
  });
  const manifest = buildManifest(app, { 'lambda/http.js': http });
  new TwelveFactorApp(stack, 'App', { manifest, compute: { http: [lambda({ front }), fargate()] } });
  return cdk.synth().getStackArtifact(stack.artifactId).template;
}

describe('a streaming component, the same on every host and behind every front that streams', () => {
  it.each(STREAMING_SCENARIOS)('$name', async ({ run, contract }) => {
    const observed = await Promise.all(apps.map(run));
    expect(observed[0]).toMatchObject(contract as object);
    for (const other of observed) expect(other).toEqual(observed[0]);
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fargate, lambda, TwelveFactorApp } from '@twelvefold/cdk';
import type { PostgresServer, RedisServer } from '@twelvefold/local';
import { provision, startPostgres, startRedis } from '@twelvefold/local';
import type { IStackSynthesizer } from 'aws-cdk-lib';
import { App, BootstraplessSynthesizer, Stack } from 'aws-cdk-lib';
import { build } from 'esbuild';
import { buildManifest } from 'twelvefold/manifest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostKind, RunningApp } from '../../support/start-app.ts';
import { HOSTS, startApp } from '../../support/start-app.ts';
import { withServer } from '../../support/with-server.ts';
import { app, http } from './app.ts';
import { SERVER_SCENARIOS } from './scenarios.ts';

const apps = new Map<HostKind, RunningApp>();
let bundles: string;
let postgres: PostgresServer;
let redis: RedisServer;

async function startAll(): Promise<void> {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  bundles = await mkdtemp(join(tmpdir(), 'twelvefold-servers-'));
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
    external: ['@aws-sdk/*', 'pg-native'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  const template = render();
  const parameters = { Stage: 'test' };
  const login = JSON.stringify({ username: postgres.user, password: postgres.password });
  for (const host of HOSTS) {
    const started = await startApp({
      host,
      bundles,
      env: { DATABASE_LOGIN: login },
      provision: (env, endpoint) => provision(template, { env, endpoint, stackName: 'servers-test', parameters }),
    });
    apps.set(host, started);
  }
}

/** The template, with the servers of this machine for the resources that AWS would make. */
function render(): unknown {
  const cdk = new App({ analyticsReporting: false, treeMetadata: false, outdir: join(bundles, 'cdk') });
  const stack = new Stack(cdk, 'Servers', {
    // CDK's own declarations do not fit together under exactOptionalPropertyTypes.
    synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
  });
  const manifest = buildManifest(app, { 'lambda/http.js': http });
  // Not asked for on a server that takes the password of its URL.
  const arns = ['arn:aws:elasticache:eu-west-1:123456789012:serverlesscache:servers'];
  const onRedis = () => ({ binding: redis.url, arns });
  new TwelveFactorApp(stack, 'App', {
    manifest,
    compute: { http: [lambda({ front: 'function-url' }), fargate()] },
    kinds: {
      sql: () => ({ binding: `postgres://localhost:${postgres.port}/postgres?sslmode=disable` }),
      cache: onRedis,
      sessions: onRedis,
    },
  });
  return cdk.synth().getStackArtifact(stack.artifactId).template;
}

withServer('parity of sql', 'postgresql', () => {
  withServer('parity of caches', 'redis', () => {
    beforeAll(startAll);
    afterAll(async () => {
      for (const one of apps.values()) await one[Symbol.asyncDispose]();
      await Promise.all([postgres.stop(), redis.stop()]);
      await rm(bundles, { recursive: true, force: true });
    });

    describe('databases, caches and sessions on servers, the same on every host', () => {
      it.each(SERVER_SCENARIOS)('$name', async ({ run, contract }) => {
        const observed = await Promise.all(
          HOSTS.map((host) => {
            const one = apps.get(host);
            if (!one) throw new Error(`The ${host} did not start`);
            return run(one);
          }),
        );
        expect(observed[0]).toMatchObject(contract as object);
        for (const other of observed) expect(other).toEqual(observed[0]);
      });
    });
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Aws } from '@twelvefold/aws';
import { createAws, secretsmanager, ssm } from '@twelvefold/aws';
import { fargate, lambda, TwelveFactorApp } from '@twelvefold/cdk';
import type { ProvisionedStack } from '@twelvefold/local';
import { provision } from '@twelvefold/local';
import type { IStackSynthesizer } from 'aws-cdk-lib';
import { App, BootstraplessSynthesizer, Stack } from 'aws-cdk-lib';
import { build } from 'esbuild';
import type { HostKind, RunningApp, StartAppOptions } from '../../support/start-app.ts';
import { startApp } from '../../support/start-app.ts';
import { manifest } from './manifest.ts';

/** The secret of the probe: no line of any log and no answer may hold it. */
export const TOKEN = 'top-secret-token-of-the-probe';
const STAGE = 'test';

/** Everything that every host of the probe is started from, made once. */
export interface ProbeBuild extends AsyncDisposable {
  readonly bundles: string;
  readonly template: unknown;
}

/** Bundles the probe as its users would, and makes its template from its manifest. */
export async function buildProbe(): Promise<ProbeBuild> {
  const bundles = await mkdtemp(join(tmpdir(), 'twelvefold-probe-'));
  await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: ['ecs.ts', 'admin.ts', 'lambda/*.ts'],
    outdir: bundles,
    outbase: '.',
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    sourcemap: 'inline',
    conditions: ['@twelvefold/source'],
    // As the example's own build has it.
    external: ['@aws-sdk/*'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  return {
    bundles,
    template: renderProbe(),
    [Symbol.asyncDispose]: () => rm(bundles, { recursive: true, force: true }),
  };
}

/** The probe's template, from its manifest. */
export function renderProbe(): unknown {
  const app = new App({
    analyticsReporting: false,
    treeMetadata: false,
    outdir: join(tmpdir(), `twelvefold-probe-cdk-${process.pid}`),
  });
  const stack = new Stack(app, 'Probe', {
    // CDK's own declarations do not fit together under exactOptionalPropertyTypes.
    synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
  });
  const both = [lambda(), fargate()];
  new TwelveFactorApp(stack, 'App', {
    manifest,
    compute: { http: both, jobs: both, steps: both, mirror: both, letters: both, sum: lambda() },
    acceptLossOf: ['letters'],
  });
  return app.synth().getStackArtifact(stack.artifactId).template;
}

/** Provisions the probe's resources and config. */
export async function provisionProbe(
  template: unknown,
  env: Readonly<Record<string, string>>,
  endpoint: string,
): Promise<ProvisionedStack> {
  const parameters = { Stage: STAGE };
  const stack = await provision(template, { env, endpoint, stackName: `probe-${STAGE}`, parameters });
  const aws = createAws({ env, endpoint });
  await aws.call(
    ssm,
    'PutParameter',
    { Name: `/probe/${STAGE}/limits/each`, Value: '7', Type: 'String' },
    { access: 'write' },
  );
  await putToken(aws, TOKEN);
  return stack;
}

/** Makes `token` the secret's current version. */
export async function putToken(aws: Aws, token: string): Promise<void> {
  const input = { SecretId: `probe/${STAGE}/vault/token`, SecretString: token };
  await aws.call(secretsmanager, 'PutSecretValue', input, { access: 'write' });
}

/** The file that makes the check of the probe's ledger fail on that host. */
export function ledgerDown(host: HostKind, bundles: string): string {
  return join(bundles, `ledger-down-${host}`);
}

/** Starts the probe on one host. */
export function startProbe(
  host: HostKind,
  { bundles, template }: ProbeBuild,
  options: Pick<StartAppOptions, 'apart'> = {},
): Promise<RunningApp> {
  const provisionOn = (env: Readonly<Record<string, string>>, endpoint: string) =>
    provisionProbe(template, env, endpoint);
  return startApp({
    ...options,
    host,
    bundles,
    provision: provisionOn,
    env: { LEDGER_DOWN: ledgerDown(host, bundles) },
  });
}

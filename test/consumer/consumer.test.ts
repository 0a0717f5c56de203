import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryPoints } from '../packages/entry-points.ts';
import { REPOSITORY } from '../packages/repository.ts';
import type { InstalledProject } from './install-project.ts';
import { installProject, installSmallProject } from './install-project.ts';
import { run } from './run.ts';

let project: InstalledProject;

beforeAll(async () => {
  project = await installProject();
}); // 25 s by itself; installing is disk and network, which other tests and machines share

afterAll(async () => {
  if (project !== undefined) await rm(project.folder, { recursive: true, force: true });
});

const node = (...args: string[]) => run(process.execPath, args, project.folder);

/** Lines that tsc prints, indented ones explain the line before. */
async function tsc(config: string, folder: string): Promise<readonly string[]> {
  const command = join(REPOSITORY, 'node_modules/.bin/tsc');
  const { code, stdout } = await run(command, ['-p', config, '--pretty', 'false'], folder);
  const errors = stdout.split('\n').filter((line) => line !== '');
  if (code !== 0 && errors.length === 0) throw new Error(`tsc ended with ${code} and said nothing`);
  return errors;
}

/**
 * tsc's errors, save those inside Powertools: its declarations import `aws-lambda` without
 * declaring it. Ours declares the types of it, which Powertools finds in all layouts but one as
 * strict as this.
 */
async function typeErrors(config: string): Promise<readonly string[]> {
  const errors = await tsc(config, project.folder);
  return errors.filter((line) => !/^(node_modules\/.*\/@aws-lambda-powertools\/|\s)/.test(line));
}

/** The output of the job: its single line of JSON, for every compiler. */
async function job(path: string, entry: string): Promise<unknown> {
  const { code, stdout, stderr } = await node(path, entry);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

const DONE = {
  created: expect.arrayContaining(['AWS::SQS::Queue', 'AWS::DynamoDB::Table', 'AWS::SSM::Parameter']),
  config: { taxRate: 0.19, apiKey: '[secret payments.apiKey]' },
  correlationId: 'from-the-sender',
  log: { message: 'handled a with [redacted]', correlationId: 'from-the-sender' },
  row: { id: 'a', totalCents: 1_190 },
  counted: { count: 1 },
  invoked: expect.objectContaining({ task: 'count-totals', status: 'succeeded', result: { count: 0 } }),
};

describe('packed and installed into an empty project', () => {
  it('names the package to install for a call that needs the SDK, which is not there', async () => {
    const code = `
      import { createAws, sqs } from '@twelvefold/aws';
      const env = { AWS_REGION: 'eu-west-1', TWELVEFOLD_TRANSPORT: 'sdk' };
      await createAws({ env }).call(sqs, 'GetQueueUrl', { QueueName: 'q' }, { access: 'read' }).catch((e) => console.log(e.awsCode, e.message));`;
    const { stdout } = await node('-e', code, '--input-type=module');
    expect(stdout).toMatch(/^SdkMissing .*run npm install @aws-sdk\/client-sqs\n$/);
  });

  it('has each module once, whichever entry and module system asks for it', async () => {
    const code = `
      const twelvefold = require('twelvefold');
      const lifecycle = require('@twelvefold/lifecycle');
      const log = (line) => console.log(JSON.stringify(line));
      (async () => {
        const entries = ['ecs', 'lambda', 'admin', 'testing', 'manifest'].map((name) => 'twelvefold/' + name);
        for (const entry of entries) if (require(entry) !== (await import(entry)).default && require(entry).run !== (await import(entry)).run) log(entry);
        const esm = await import('@twelvefold/lifecycle');
        const config = await import('@twelvefold/config');
        const { ConfigError } = require('@twelvefold/config/internal');
        const { TwelvefoldError } = require('@twelvefold/core');
        await lifecycle.runInScope({ kind: 'task', component: 'a' }, async () => {
          log([esm.currentScope()?.component, require('@twelvefold/lifecycle').currentScope() === esm.currentScope()]);
        });
        const { AwsError } = require('@twelvefold/aws');
        const error = new AwsError('m', { code: 'C', service: 's', operation: 'o', retryable: false });
        log([config.ConfigError === ConfigError, (await import('@twelvefold/core')).TwelvefoldError === TwelvefoldError]);
        log([twelvefold.TwelvefoldError === TwelvefoldError, error instanceof (await import('@twelvefold/aws')).AwsError, error instanceof TwelvefoldError]);
      })();`;
    const { stdout, stderr } = await node('--input-type=commonjs', '-e', code);
    expect({ stdout, stderr }).toEqual({ stdout: '["a",true]\n[true,true]\n[true,true,true]\n', stderr: '' });
  });

  it('loads a few files, and zod only for an app that uses it', async () => {
    const code = `
      const { registerHooks } = require('node:module');
      const count = { ours: 0, zod: 0, http: 0 };
      registerHooks({ load(url, context, next) {
        if (/node_modules\\/(@?twelvefold)\\//.test(url)) count.ours += 1;
        if (url.includes('node_modules/zod/')) count.zod += 1;
        if (url === 'node:http') count.http += 1;
        return next(url, context);
      } });
      import('twelvefold/ecs').then(() => console.log(JSON.stringify(count)));`;
    const { stdout, stderr } = await node('--input-type=commonjs', '-e', code);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ ours: expect.any(Number), zod: 0, http: 0 });
    // 460 files before the entries were bundled.
    expect((JSON.parse(stdout) as { ours: number }).ours).toBeLessThan(60);
  });

  it('names the missing region and credentials first and the SDK last', async () => {
    const code = `
      import { createAws, ssm } from '@twelvefold/aws';
      const read = (env) => createAws({ env }).call(ssm, 'GetParameters', { Names: ['a'] }, { access: 'read' }).catch((e) => console.log(e.awsCode, e.message));
      await read({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
      await read({ AWS_REGION: 'eu-west-1' });`;
    const { stdout } = await node('-e', code, '--input-type=module');
    const hint = 'To use the shared config files of AWS instead, run npm install @aws-sdk/client-ssm';
    expect(stdout.trim().split('\n')).toEqual([
      `RegionMissing Cannot call ssm GetParameters: there is no region; set AWS_REGION, e.g. AWS_REGION=eu-west-1. ${hint}`,
      `CredentialsProviderError Cannot call ssm GetParameters: there are no credentials; give the process a role or a profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. ${hint}`,
    ]);
  });

  it('every entry point can be imported alone', async () => {
    const specifiers = project.packages.flatMap(({ manifest }) => entryPoints(manifest));
    // Each in a thread, which shares no module with another and starts sooner than a process. No
    // import has a side effect, and that includes output and what keeps a thread alive.
    const code = `
      import { once } from 'node:events';
      import { Worker } from 'node:worker_threads';
      for (const specifier of ${JSON.stringify(specifiers)}) {
        const said = [];
        const thread = new Worker('import(' + JSON.stringify(specifier) + ')', { eval: true, stdout: true, stderr: true });
        for (const stream of [thread.stdout, thread.stderr]) stream.on('data', (chunk) => said.push(String(chunk)));
        thread.on('error', (error) => said.push(error.message));
        await once(thread, 'exit').catch(() => {}); // its error is noted
        if (said.length > 0) console.log(specifier, said.join(''));
      }`;
    expect(await node('-e', code, '--input-type=module')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('the commands run', async () => {
    // npm runs this one under another name.
    const called: Readonly<Record<string, string>> = { 'create-twelvefold': 'npm create twelvefold' };
    for (const command of project.packages.flatMap(({ manifest }) => Object.keys(manifest.bin ?? {}))) {
      const { code, stdout } = await run(
        join(project.folder, 'node_modules/.bin', command),
        ['--help'],
        project.folder,
      );
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: expect.stringContaining(`Usage: ${called[command] ?? command}`),
      });
    }
  });

  it('the types fit under moduleResolution bundler', async () => {
    expect(await typeErrors('tsconfig.bundler.json')).toEqual([]);
  });

  it('all types fit, those of dependencies too, in the layout that npm makes by itself', {
    timeout: 120_000,
  }, async () => {
    const wanted = ['@twelvefold/logging', '@twelvefold/lifecycle', '@twelvefold/core'];
    const folder = await installSmallProject(project.packages.filter(({ name }) => wanted.includes(name)));
    try {
      expect(await tsc('tsconfig.json', folder)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  describe('compiled by tsc under module nodenext', () => {
    beforeAll(async () => {
      expect(await typeErrors('tsconfig.nodenext.json')).toEqual([]);
      expect(await node('out/synth.js')).toMatchObject({ code: 0, stderr: '' });
    });

    it('does its job', async () => {
      expect(await job('out/job.js', 'out/lambda/tasks.js')).toEqual(DONE);
    });

    it('does its job bundled by esbuild', async () => {
      await build({
        absWorkingDir: project.folder,
        entryPoints: ['src/job.ts', 'src/lambda/tasks.ts'],
        outdir: 'bundle',
        bundle: true,
        minify: true,
        platform: 'node',
        target: 'node22',
        format: 'esm',
        // The launcher starts processes from its own files; it is for development and is not
        // bundled.
        external: ['@twelvefold/local'],
        banner: {
          js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
        },
        logLevel: 'error',
      });
      expect(await job('bundle/job.js', 'bundle/lambda/tasks.js')).toEqual(DONE);
    });
  });
});

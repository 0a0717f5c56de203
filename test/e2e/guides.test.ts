import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provision, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { guideFiles } from '../support/guide-files.ts';
import { runEntry } from '../support/run-entry.ts';
import { until } from '../support/until.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const GUIDES = join(ROOT, 'docs/guides');
/**
 * Inside the repository, so that packages resolve as in a project that has them installed: built.
 */
const FOLDER = join(ROOT, '.tsbuild/guides');
const REGION = 'eu-west-1';
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Runs a command in the reader's folder. */
function run(file: string, args: string[]) {
  const env = { PATH: process.env.PATH, HOME: FOLDER, ...COMPILE_CACHE };
  return new Promise<{ code: number | string; output: string }>((resolve) => {
    execFile(file, args, { cwd: FOLDER, env }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? 'killed') : 0, output: stdout + stderr }),
    );
  });
}

beforeAll(async () => {
  await rm(FOLDER, { recursive: true, force: true });
  const written = new Map<string, string>();
  for (const guide of (await readdir(GUIDES)).filter((name) => name.endsWith('.md'))) {
    for (const { path, code } of guideFiles(await readFile(join(GUIDES, guide), 'utf8'))) {
      // What two guides show must be one thing.
      if (written.has(path)) expect(code, `${path} of ${guide}`).toBe(written.get(path));
      written.set(path, code);
      await mkdir(dirname(join(FOLDER, path)), { recursive: true });
      await writeFile(join(FOLDER, path), code);
    }
  }
  expect([...written.keys()]).toEqual(expect.arrayContaining(['app.ts', 'service.ts', 'infra.ts', 'admin.ts']));
  await writeFile(join(FOLDER, 'package.json'), '{ "type": "module" }\n');
  const options = {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
  };
  const compilerOptions = { ...options, types: ['node'], skipLibCheck: true, erasableSyntaxOnly: true };
  await writeFile(join(FOLDER, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['.'] }));
});
afterAll(() => rm(FOLDER, { recursive: true, force: true }));

describe('what the guides have their readers write', () => {
  it('compiles', async () => {
    expect(await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', '.', '--pretty', 'false'])).toEqual({
      code: 0,
      output: '',
    });
  });

  it('passes its own tests', async () => {
    const { code, output } = await run(process.execPath, ['--test']);
    expect(code, output).toBe(0);
    expect(output).toMatch(/pass 7\b/);
  });

  it('is an app that runs', async () => {
    const made = await run(process.execPath, ['infra.ts']);
    expect(made.code, made.output).toBe(0);
    const template = JSON.parse(await readFile(join(FOLDER, 'cdk.out/Greeter.template.json'), 'utf8'));
    expect(template.Parameters).not.toHaveProperty('BootstrapVersion');

    await using aws = await startLocalAws();
    const at = { endpoint: aws.url, region: REGION, credentials: CREDENTIALS };
    await provision(template, { ...at, parameters: { Stage: 'dev' } });
    const env = {
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      TWELVEFOLD_STAGE: 'dev',
    };
    const service = runEntry(join(FOLDER, 'service.ts'), [], { ...env, PORT: '0' });
    try {
      const listening = await until(
        'the service listens',
        () => ({ port: /"port":(\d+)/.exec(service.stdout())?.[1], exitCode: service.child.exitCode }),
        ({ port, exitCode }) => port !== undefined || exitCode !== null,
      );
      const url = `http://127.0.0.1:${listening.port}`;
      const asked = await fetch(`${url}/?name=Ada`, { method: 'POST' });
      expect(asked.status).toBe(202);
      const answer = await until(
        'Ada is greeted',
        async () => (await fetch(`${url}/?name=Ada`)).json(),
        (body) => (body as { text?: string }).text !== undefined,
      );
      expect(answer).toEqual({ name: 'Ada', text: 'Hello, Ada' });
      expect((await fetch(`${url}/`)).status).toBe(400);
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);

      const pruned = runEntry(join(FOLDER, 'admin.ts'), ['prune', '--starts-with', 'A'], env);
      expect(await pruned.exited).toMatchObject({ code: 0 });
      expect(JSON.parse(pruned.stdout())).toEqual({ pruned: 1 });
      expect((await fetch(`${url}/?name=Ada`)).status).toBe(404);

      service.child.kill('SIGTERM');
      expect(await service.exited).toEqual({ code: 0, signal: null });
      expect(service.stdout().trimEnd().split('\n').at(-1)).toContain('"message":"shutdown report"');
    } finally {
      if (service.child.exitCode === null && service.child.kill('SIGKILL')) await once(service.child, 'close');
    }
  });
});

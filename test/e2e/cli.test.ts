import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bindings } from 'twelvefold';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { app } from '../../examples/orders/app.ts';
import { manifest } from '../../examples/orders/manifest.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BIN = 'packages/app/dist/cli/main.js';
/**
 * Just what a shell has: neither region nor credentials, so a call to AWS could not even be signed.
 */
const ENV = { PATH: process.env.PATH, HOME: tmpdir(), ...COMPILE_CACHE };

/** Runs the built command as its own process, in a pipe. */
function twelvefold(args: string[], nodeFlags: string[] = []) {
  return new Promise<{ code: number | string; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [...nodeFlags, BIN, ...args], { cwd: ROOT, env: ENV }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twelvefold-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the built twelvefold command', () => {
  it('helps, and says its version', async () => {
    const help = await twelvefold(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const name of ['manifest', 'bindings', 'config plan']) expect(help.stdout).toContain(`  ${name} `);
    const { version } = JSON.parse(await readFile(join(ROOT, 'packages/app/package.json'), 'utf8'));
    expect(await twelvefold(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('refuses an unknown command', async () => {
    const refused = await twelvefold(['bidings']);
    expect(refused).toMatchObject({ code: 64, stdout: '' });
    expect(refused.stderr).toContain('known: dev, manifest, bindings, infra diff');
  });

  it('prints, writes and checks the manifest of the example', async () => {
    const module = 'examples/orders/manifest.ts';
    const printed = await twelvefold(['manifest', module]);
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(printed.stdout)).toEqual(JSON.parse(JSON.stringify(manifest)));

    const file = join(folder, 'manifest.json');
    expect(await twelvefold(['manifest', module, '--out', file])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await readFile(file, 'utf8')).toBe(printed.stdout);
    expect(await twelvefold(['manifest', module, '--check', file])).toEqual({ code: 0, stdout: '', stderr: '' });
    await writeFile(file, printed.stdout.replaceAll('"maxReceives": 5', '"maxReceives": 6'));
    const stale = await twelvefold(['manifest', module, '--check', file]);
    expect(stale).toMatchObject({ code: 1, stdout: '' });
    expect(stale.stderr).toContain('~ components[orders].trigger.maxReceives: 6 -> 5\n');
  });

  it('lists the bindings and the config plan of the example', async () => {
    const bound = await twelvefold(['bindings', 'examples/orders/app.ts', '--stage', 'dev', '--json']);
    expect(JSON.parse(bound.stdout)).toEqual(bindings(app, 'dev'));
    const planned = await twelvefold(['config', 'plan', 'examples/orders/app.ts', '--stage', 'dev']);
    expect(planned).toMatchObject({ code: 0, stderr: '' });
    expect(planned.stdout).toContain('/aws/reference/secretsmanager/orders/dev/payments/apiKey');
  });

  it('says what is wrong with a module', async () => {
    const file = join(folder, 'broken.mjs');
    await writeFile(file, "import './nowhere.mjs';\n");
    const broken = await twelvefold(['bindings', file, '--stage', 'dev']);
    expect(broken).toMatchObject({ code: 1, stdout: '' });
    expect(broken.stderr).toContain(`Cannot import ${file}: Cannot find module`);
    expect(await twelvefold(['bindings', 'nowhere.mjs', '--stage', 'dev'])).toMatchObject({
      code: 1,
      stderr: 'twelvefold: Cannot import nowhere.mjs: there is no such file\n',
    });
  });

  it('says so where Node does not run TypeScript', async () => {
    const args = ['bindings', 'examples/orders/app.ts', '--stage', 'dev'];
    const refused = await twelvefold(args, ['--no-experimental-strip-types']);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('does not run TypeScript; build it and name the .js file');
  });
});

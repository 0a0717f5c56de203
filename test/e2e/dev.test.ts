import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { until } from '../support/until.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BIN = join(ROOT, 'packages/app/dist/bundle/cli/main.js');
const FIXTURE = join(ROOT, 'test/e2e/fixtures/greeter');
/**
 * Inside the repository, so that packages resolve as in a project that has them installed: built.
 */
const FOLDER = join(ROOT, '.tsbuild/dev');

let child: ChildProcess | undefined;
let output = '';

function dev(...args: string[]): void {
  run(...args, '--port', '0', '--aws-port', '0');
}

function run(...args: string[]): void {
  output = '';
  const env = { PATH: process.env.PATH, HOME: FOLDER, FROM_SHELL: 'yes', ...COMPILE_CACHE };
  child = spawn(process.execPath, [BIN, 'dev', ...args], { cwd: FOLDER, env });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  }
}

/** The last address that the output names, once it differs from the one before. */
async function address(pattern: RegExp, before?: string): Promise<string> {
  const last = () => [...output.matchAll(pattern)].at(-1)?.[1];
  const found = await until(`an address in:\n${output}`, last, (port) => port !== undefined && port !== before);
  return `http://127.0.0.1:${found}`;
}

async function greet(base: string, name: string): Promise<string> {
  const sent = await fetch(`${base}/?name=${name}`, { method: 'POST' });
  expect(sent.status, output).toBe(202);
  return greeting(base, name);
}

async function greeting(base: string, name: string): Promise<string> {
  const answer = await until(
    `${name} is greeted`,
    () => fetch(`${base}/?name=${name}`),
    ({ status }) => status === 200,
  );
  return ((await answer.json()) as { text: string }).text;
}

async function edit(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(FOLDER, file), 'utf8');
  expect(text).toContain(from);
  await writeFile(join(FOLDER, file), text.replace(from, to));
}

async function end(signal: NodeJS.Signals): Promise<number | null> {
  if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
  const ended = new Promise<number | null>((resolve) => child?.on('exit', resolve));
  child.kill(signal);
  return ended;
}

beforeEach(async () => {
  await rm(FOLDER, { recursive: true, force: true });
  await cp(FIXTURE, FOLDER, { recursive: true });
  await writeFile(join(FOLDER, 'package.json'), '{ "type": "module" }\n');
});
afterEach(async () => {
  await end('SIGKILL');
  await rm(FOLDER, { recursive: true, force: true });
});

describe('twelvefold dev', () => {
  it('runs the service, and starts it again after a change while the endpoint keeps its state', async () => {
    dev('app.ts');
    const listening = /listening on port (\d+)/g;
    const first = await address(listening);
    expect(await greet(first, 'Ada')).toBe('Hello, Ada');

    await edit('app.ts', "'Hello'", "'Hei'");
    const second = await address(listening, new URL(first).port);
    expect(await greeting(second, 'Ada')).toBe('Hello, Ada');
    expect(await greet(second, 'Bob')).toBe('Hei, Bob');
    expect(output).toContain('app.ts changed');

    // A new queue is created while the endpoint runs.
    await edit(
      'app.ts',
      "requests: queue('requests'",
      "spare: queue('spare', { schema: Name }), requests: queue('requests'",
    );
    await until(
      'the new queue',
      () => output,
      (text) => /created SQS::Queue \S+greeter-dev-spare\n/.test(text),
    );
    const third = await address(listening, new URL(second).port);
    expect(await greeting(third, 'Bob')).toBe('Hei, Bob');

    expect(await end('SIGINT')).toBe(0);
  });

  it('says what is wrong with a change, and goes on after the next', async () => {
    dev('app.ts');
    const first = await address(/listening on port (\d+)/g);
    await edit('app.ts', 'defineApp({', 'defineApp({{');
    await until(
      'the fault',
      () => output,
      (text) => text.includes('Cannot read the manifest of'),
    );
    expect(await greet(first, 'Ada')).toBe('Hello, Ada');
    await edit('app.ts', 'defineApp({{', 'defineApp({');
    const second = await address(/listening on port (\d+)/g, new URL(first).port);
    expect(await greeting(second, 'Ada')).toBe('Hello, Ada');

    // A service that ends is started again after the next change.
    await writeFile(join(FOLDER, 'service.ts'), "throw new Error('no service today');\n");
    await until(
      'the end',
      () => output,
      (text) => text.includes('the service ended (exit status 1)'),
    );
    expect(output).toContain('no service today');
    await cp(join(FIXTURE, 'service.ts'), join(FOLDER, 'service.ts'));
    await address(/listening on port (\d+)/g, new URL(second).port);
  });

  it('runs the functions behind an HTTP API, with the variables of .env', async () => {
    await writeFile(join(FOLDER, '.env'), 'GREETING=Ahoj\n');
    dev('manifest.ts', '--as', 'functions');
    const base = await address(/functions http, requests behind http:\/\/127\.0\.0\.1:(\d+)/g);
    expect(await greet(base, 'Ada')).toBe('Ahoj, Ada');

    await writeFile(join(FOLDER, '.env'), 'GREETING=Servus\n');
    const again = await address(/functions http, requests behind http:\/\/127\.0\.0\.1:(\d+)/g, new URL(base).port);
    expect(await greeting(again, 'Ada')).toBe('Ahoj, Ada');
    expect(await greet(again, 'Bob')).toBe('Servus, Bob');
    expect(await end('SIGINT')).toBe(0);
  });

  it('lets a debugger attach to the service', async () => {
    dev('app.ts', '--inspect', '0');
    await address(/listening on port (\d+)/g);
    const socket = /Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(output)?.[1];
    const targets = await fetch(`http://127.0.0.1:${socket}/json/list`).then((answer) => answer.json());
    expect(targets).toMatchObject([{ type: 'node', title: 'service.ts' }]);
  });

  it('keeps the state in a snapshot', async () => {
    dev('app.ts', '--snapshot', 'state');
    expect(await greet(await address(/listening on port (\d+)/g), 'Ada')).toBe('Hello, Ada');
    expect(await end('SIGTERM')).toBe(0);
    dev('app.ts', '--snapshot', 'state');
    expect(await greeting(await address(/listening on port (\d+)/g), 'Ada')).toBe('Hello, Ada');
  });

  it.each([
    [
      ['app.ts', '--as', 'functions'],
      64,
      "--as functions needs the components' entries: name a module that exports the manifest",
    ],
    [['app.ts', '--as', 'pods'], 64, '--as "pods" must be service or functions'],
    [['app.ts', '--console-port', '65536'], 64, '--console-port "65536" must be a port, 0 to 65535'],
    [['app.ts', '--inspect', '99999'], 64, '--inspect "99999" must be a port, 0 to 65535'],
    [['nothing.ts'], 1, `Cannot read the manifest of ${join(FOLDER, 'nothing.ts')}: there is no such file`],
  ] as const)('refuses %j in one line', async (args, code, reason) => {
    dev(...args);
    const ended = new Promise((resolve) => child?.on('close', resolve));
    expect(await ended).toBe(code);
    expect(output).toBe(`twelvefold: ${reason}\n`);
  });

  it('takes the highest port, and refuses the next', async () => {
    run('nothing.ts', '--port', '65535');
    await new Promise((resolve) => child?.on('close', resolve));
    expect(output).toContain('there is no such file');
    run('nothing.ts', '--port', '65536');
    await new Promise((resolve) => child?.on('close', resolve));
    expect(output).toBe('twelvefold: --port "65536" must be a port, 0 to 65535\n');
  });

  it('names the service that it does not find', async () => {
    dev('app.ts', '--service', 'nothing.ts');
    const ended = new Promise((resolve) => child?.on('close', resolve));
    expect(await ended).toBe(1);
    expect(output).toMatch(/nothing\.ts does not exist; name it with --service\n$/);
  });
});

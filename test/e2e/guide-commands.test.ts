import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import type { GuideCommand } from '../support/guide-commands.ts';
import { guideCommands } from '../support/guide-commands.ts';
import { guideFiles } from '../support/guide-files.ts';
import { until } from '../support/until.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/**
 * Inside the repository, so that packages resolve as in a project that has them installed: built.
 */
const FOLDER = join(ROOT, '.tsbuild/guide-commands');
const DEV = 'npx twelvefold dev app.ts';

let child: ChildProcess | undefined;
let output = '';
let env: Record<string, string | undefined> = {};
/**
 * Texts of the guides and the ports that this run uses in their place: the guides' ports may be
 * taken.
 */
let ports: ReadonlyArray<readonly [string, string]> = [];

const read = (guide: string) => readFile(join(ROOT, 'docs/guides', guide), 'utf8');
const here = (command: string) => ports.reduce((text, [from, to]) => text.replaceAll(from, to), command);

function run(command: string) {
  return new Promise<{ code: number | string; output: string }>((resolve) => {
    execFile('sh', ['-c', here(command)], { cwd: FOLDER, env }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? 'killed') : 0, output: stdout + stderr }),
    );
  });
}

/** Runs a line until it succeeds and prints what its comment says: a greeting takes a moment. */
async function follow({ command, prints }: GuideCommand): Promise<void> {
  const parts = (prints ?? '').split('...');
  const hasAll = (text: string) => parts.reduce((from, part) => (from < 0 ? from : text.indexOf(part, from)), 0) >= 0;
  await until(
    `\`${command}\` and its output`,
    () => run(command),
    (answer) => answer.code === 0 && hasAll(answer.output),
  );
}

beforeAll(async () => {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  // npm links the commands of packages that were built before its install, which a clean clone's
  // were not.
  const bin = join(FOLDER, 'node_modules/.bin');
  await mkdir(bin, { recursive: true });
  await symlink(join(ROOT, 'packages/app/dist/bundle/cli/main.js'), join(bin, 'twelvefold'));
  await symlink(join(ROOT, 'packages/local/dist/bundle/cli.js'), join(bin, 'twelvefold-local'));
  // With `fail` an answer of 400 and more is a failure of curl.
  await writeFile(join(FOLDER, '.curlrc'), 'fail\nsilent\nshow-error\n');
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  env = { PATH: path, HOME: FOLDER, npm_config_offline: 'true', npm_config_update_notifier: 'false', ...COMPILE_CACHE };
});
afterAll(async () => {
  if (child?.pid !== undefined && child.exitCode === null) {
    const ended = new Promise((resolve) => child?.on('exit', resolve));
    // npx has a child process in the same group.
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  }
  await rm(FOLDER, { recursive: true, force: true });
});

describe('the commands of getting-started.md', () => {
  let commands: GuideCommand[];
  beforeAll(async () => {
    const guide = await read('getting-started.md');
    commands = guideCommands(guide);
    for (const { path, code } of guideFiles(guide)) await writeFile(join(FOLDER, path), code);
  });
  const before = () =>
    commands.slice(
      0,
      commands.findIndex(({ command }) => command === DEV),
    );

  it('make a project; what they install is there', async () => {
    const [installs, others] = [/^npm install /, /^npm (init|pkg) /].map((kind) =>
      before().filter(({ command }) => kind.test(command)),
    );
    expect([...(installs ?? []), ...(others ?? [])]).toHaveLength(before().length);
    for (const { command } of others ?? []) expect(await run(command), command).toMatchObject({ code: 0 });
    expect(JSON.parse(await readFile(join(FOLDER, 'package.json'), 'utf8'))).toMatchObject({ type: 'module' });
    // Installing needs the network: the repository has the packages, and no other name may be asked
    // for.
    const names = (installs ?? []).flatMap(({ command }) => command.split(' ').slice(2));
    for (const name of names.filter((each) => !each.startsWith('--'))) {
      expect(existsSync(join(ROOT, 'node_modules', name)), name).toBe(true);
    }
  });

  it('start the app', async () => {
    expect(commands.map(({ command }) => command)).toContain(DEV);
    const command = `${DEV} --port 0 --aws-port 0 --console-port 0`;
    child = spawn('sh', ['-c', command], { cwd: FOLDER, env, detached: true });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk;
      });
    }
    const find = (pattern: RegExp) => pattern.exec(output)?.[1] ?? '';
    const [app = '', aws = '', console = ''] = await until(
      'the app, its endpoint and its console',
      () => [find(/listening on port (\d+)/), find(/AWS_ENDPOINT_URL=(\S+)/), find(/Console (\S+)/)],
      (found) => found.every((each) => each !== '') || child?.exitCode !== null,
    );
    expect([app, aws, console], output).not.toContain('');
    env = { ...env, CONSOLE: console };
    ports = [
      ['localhost:8080', `localhost:${app}`],
      ['http://127.0.0.1:4566', aws],
      ['http://127.0.0.1:4567', new URL(console).origin],
    ];
  });

  it('use the app, and provision its template', async () => {
    const after = commands.slice(before().length + 1);
    expect(after.length).toBeGreaterThanOrEqual(5);
    for (const command of after) await follow(command);
  });
});

it('the commands of console.md use the console of that app', async () => {
  const commands = guideCommands(await read('console.md'));
  expect(commands.length).toBeGreaterThanOrEqual(3);
  for (const command of commands) await follow(command);
});

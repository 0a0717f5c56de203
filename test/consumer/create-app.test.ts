import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PackedPackage } from '../packages/pack-packages.ts';
import { packPackages } from '../packages/pack-packages.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { expectReady } from '../support/expect-ready.ts';
import { until } from '../support/until.ts';
import { run } from './run.ts';

const TEMPLATES = ['both', 'service', 'functions'] as const;

let folder = '';
let packages: readonly PackedPackage[] = [];
/** The command, installed from its tarball. */
let command = '';

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'twelvefold-create-')));
  packages = await packPackages(folder);
  const create = packages.find(({ name }) => name === 'create-twelvefold');
  await install('tool', { 'create-twelvefold': `file:${create?.tarball}` });
  command = join(folder, 'tool/node_modules/.bin/create-twelvefold');
  for (const template of TEMPLATES) {
    // No terminal: nothing is asked.
    const { code, stdout, stderr } = await run(command, [template, '--template', template, '--json'], folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ folder: join(folder, template), template });
  }
  const { dependencies, devDependencies } = await manifestOf('both');
  // The registry does not have the packages yet.
  const tarballs = packages.map(({ name, tarball }) => [name, `file:${tarball}`] as const);
  await install('both', { ...dependencies, ...devDependencies, ...Object.fromEntries(tarballs) });
  for (const template of ['service', 'functions']) {
    const own = await manifestOf(template);
    expect(own.dependencies).toEqual(dependencies);
    expect(own.devDependencies).toEqual(devDependencies);
    await symlink(join(folder, 'both/node_modules'), join(folder, template, 'node_modules'));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifestOf = async (name: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, name, 'package.json'), 'utf8'));

/** Installs into a folder, whose package.json stays as it is but for the dependencies. */
async function install(name: string, dependencies: Readonly<Record<string, string>>): Promise<void> {
  const at = join(folder, name);
  const file = join(at, 'package.json');
  const before = await readFile(file, 'utf8').catch(() => '');
  if (before === '') await run('mkdir', ['-p', at], folder);
  await writeFile(file, JSON.stringify({ name, private: true, type: 'module', dependencies }));
  const { code, stdout, stderr } = await run(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', '--no-package-lock'],
    at,
  );
  if (code !== 0) throw new Error(`Cannot install ${name}: ${stdout}${stderr}`);
  if (before !== '') await writeFile(file, before);
}

let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill('SIGKILL');
  child = undefined;
});

/** `npm run dev` with free ports; gives the app's address once it listens. */
async function dev(name: string, script: string): Promise<string> {
  let output = '';
  child = spawn('npm', ['run', script, '--', '--port', '0', '--aws-port', '0'], {
    cwd: join(folder, name),
    env: { PATH: `${join(process.execPath, '..')}:${process.env.PATH}`, HOME: folder, ...COMPILE_CACHE },
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  }
  const address = () => /listening on port (\d+)|behind http:\/\/127\.0\.0\.1:(\d+)/.exec(output);
  const found = await until(
    'the app listens',
    () => address() ?? output,
    (answer) => typeof answer !== 'string',
  );
  const [, port, httpPort] = found as RegExpExecArray; // awaited above
  return `http://127.0.0.1:${port ?? httpPort}`;
}

async function stopDev(): Promise<void> {
  const ended = new Promise((resolve) => child?.on('exit', resolve));
  if (child?.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  await ended;
}

describe.each(TEMPLATES)('an app of the template %s', (template) => {
  const at = () => join(folder, template);

  it('passes its tests', async () => {
    const { code, stdout, stderr } = await run('npm', ['test'], at());
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/pass 3\b/);
  });

  it('synthesizes what its commands deploy', async () => {
    const { code, stdout, stderr } = await run(process.execPath, ['infra.ts'], at());
    expect(code, stdout + stderr).toBe(0);
    const text = await readFile(join(at(), 'cdk.out/Stage.template.json'), 'utf8');
    const { Resources } = JSON.parse(text) as { Resources: Record<string, { Type: string }> };
    const types = new Set(Object.values(Resources).map(({ Type }) => Type));
    expect(types.has('AWS::ECS::Service')).toBe(template !== 'functions');
    expect(types.has('AWS::Lambda::Function')).toBe(template !== 'service');
    expect(Object.keys(Resources)).toEqual(expect.arrayContaining(['RequestsQueue', 'GreetingsTable']));
  });

  it('deploys each parameter to a stack that has it', async () => {
    const { scripts } = await manifestOf(template);
    const stacks = new Map<string, Record<string, object>>();
    const { artifacts } = JSON.parse(await readFile(join(at(), 'cdk.out/manifest.json'), 'utf8')) as {
      artifacts: Record<string, { type: string; properties?: { stackName?: string; templateFile?: string } }>;
    };
    for (const [id, { type, properties }] of Object.entries(artifacts)) {
      if (type !== 'aws:cloudformation:stack') continue;
      const text = await readFile(join(at(), 'cdk.out', properties?.templateFile ?? ''), 'utf8');
      stacks.set(properties?.stackName ?? id, JSON.parse(text).Parameters ?? {});
    }
    const { stdout } = await run(
      'sh',
      ['-c', `echo ${scripts.deploy?.split('--parameters ').slice(1).join(' ')}`],
      at(),
    );
    const given = stdout.trim().split(' ');
    expect(given).toEqual([`${template}-dev:Stage=dev`]);
    for (const one of given) {
      const [, stack = '', parameter = ''] = /^([^:]+):(\w+)=/.exec(one) ?? [];
      expect(Object.keys(stacks.get(stack) ?? {}), `${stack} in ${[...stacks.keys()]}`).toContain(parameter);
    }
    // Every other parameter has a default, so the command is complete.
    for (const [stack, parameters] of stacks) {
      const required = Object.entries(parameters).filter(([, one]) => !('Default' in one));
      expect(required.map(([name]) => `${stack}:${name}`)).toEqual(
        stack === `${template}-dev` ? [`${stack}:Stage`] : [],
      );
    }
  });

  it('runs on this machine', async () => {
    const base = await dev(template, 'dev');
    const sent = await fetch(`${base}/?name=Ada`, { method: 'POST' });
    expect(sent.status).toBe(202);
    const answer = await until(
      'Ada is greeted',
      () => fetch(`${base}/?name=Ada`),
      ({ status }) => status === 200,
    );
    expect(await answer.json()).toEqual({ name: 'Ada', text: 'Hello, Ada' });
    await stopDev();
  });
});

it('bundles the service that the image runs, with a CommonJS library, and it is ready from its bundle', async () => {
  const source = join(folder, 'service/service.ts');
  await writeFile(join(folder, 'service/legacy.cjs'), "exports.separator = require('node:path').sep;\n");
  await writeFile(source, `import './legacy.cjs';\n${await readFile(source, 'utf8')}`);
  const { code, stdout, stderr } = await run('npm', ['run', 'build'], join(folder, 'service'));
  expect(code, stdout + stderr).toBe(0);
  expect(await readdir(join(folder, 'service/dist'))).toEqual(expect.arrayContaining(['ecs.js', 'admin.js']));
  const dockerfile = await readFile(join(folder, 'service/Dockerfile'), 'utf8');
  expect(dockerfile).toContain('COPY --from=build /app/dist ./');
  const help = await run(process.execPath, ['dist/admin.js', '--help'], join(folder, 'service'));
  expect(help.stdout).toContain('count-greetings');

  // Outside the app: the image has no node_modules.
  const image = join(folder, 'image');
  await cp(join(folder, 'service/dist'), image, { recursive: true });
  await cp(join(folder, 'service/package.json'), join(image, 'package.json'));
  const template: unknown = JSON.parse(await readFile(join(folder, 'service/cdk.out/Stage.template.json'), 'utf8'));
  await expectReady(join(image, 'ecs.js'), template);
});

it('creates an app in the folder that it runs in', async () => {
  const here = join(folder, 'here');
  await mkdir(here);
  const { code, stdout, stderr } = await run(command, ['.', '--json'], here);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ folder: here, next: [{ command: 'npm install' }, {}, {}, {}, {}] });
  expect(await manifestOf('here')).toMatchObject({ name: 'here' });
});

it('refuses a folder with files, and wrong usage', async () => {
  const full = await run(command, ['both'], folder);
  expect({ code: full.code, stdout: full.stdout }).toEqual({ code: 1, stdout: '' });
  expect(full.stderr).toContain('is not empty');
  const wrong = await run(command, ['x', '--template', 'pod'], folder);
  expect(wrong.code).toBe(64);
  expect((await run(command, ['--help'], folder)).stdout).toContain('--template NAME');
  expect((await run(command, ['--version'], folder)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

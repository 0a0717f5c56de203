import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Template } from './choices.ts';
import { createApp } from './create-app.ts';
import { VERSIONS } from './package-json.ts';
import type { PackageManager } from './package-manager.ts';
import { COMMANDS, PACKAGE_MANAGERS } from './package-manager.ts';

const templates = join(import.meta.dirname, '../templates');
let folder = '';
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'create-')), 'shop');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const create = (template: Template, overwrite = false, pm: PackageManager = 'npm') =>
  createApp({ folder, name: 'shop', template, pm, version: '0.1.0', templates, overwrite });

describe('an app', () => {
  it.each(['service', 'functions', 'both'] as const)(
    'of the template %s has the files of its hosts',
    async (template) => {
      const files = await create(template);
      expect(files.includes('Dockerfile')).toBe(template !== 'functions');
      expect(files.includes('service.ts')).toBe(template !== 'functions');
      expect(files.includes('lambda/http.ts')).toBe(template !== 'service');
      expect(files).toEqual(expect.arrayContaining(['.gitignore', '.github/workflows/ci.yml', 'AGENTS.md', 'app.ts']));
      const written = await readdir(folder, { recursive: true, withFileTypes: true });
      expect(written.filter((entry) => entry.isFile())).toHaveLength(files.length);
      for (const file of files) expect(await readFile(join(folder, file), 'utf8'), file).not.toContain('my-app');
      const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
      expect(manifest).toMatchObject({ name: 'shop', type: 'module', dependencies: { twelvefold: '0.1.0' } });
    },
  );

  it.each(PACKAGE_MANAGERS)('for %s has its lock file and its commands everywhere', async (pm) => {
    const files = await create('both', false, pm);
    const { lockFile, frozenInstall, run, exec, separator, cache, pinned, settings } = COMMANDS[pm];
    const beside = settings === undefined ? [] : [settings.file];
    const read = (file: string) => readFile(join(folder, file), 'utf8');
    const workflow = await read('.github/workflows/ci.yml');
    const dockerfile = await read('Dockerfile');
    expect(dockerfile).toContain(`COPY package.json ${[lockFile, ...beside].join(' ')} ./`);
    expect(files).toEqual(expect.arrayContaining(beside));
    expect(dockerfile).toContain(frozenInstall);
    expect(dockerfile).toContain(`RUN ${run} build`);
    expect(workflow.split(`- run: ${frozenInstall}\n`)).toHaveLength(3);
    expect(workflow).toContain(`- run: ${run} deploy${separator}--require-approval never`);
    expect(workflow.match(/cache: .*/g) ?? []).toEqual(
      cache === undefined ? [] : [`cache: ${cache}`, `cache: ${cache}`],
    );
    expect(JSON.parse(await read('package.json')).packageManager).toBe(pinned);
    const readme = await read('README.md');
    expect(readme).toContain(`\`${run} admin${separator}count-greetings --help\``);
    expect(readme).toContain(`Commit \`${lockFile}\``);
    expect(readme).toContain(`\`${exec} cdk bootstrap\``);
    expect(readme).toContain(`\`${exec} twelvefold config doctor app.ts --stage dev\``);
    expect(await read('AGENTS.md')).toContain(`\`${exec} twelvefold manifest manifest.ts\``);
  });

  it.each(PACKAGE_MANAGERS.filter((pm) => pm !== 'npm'))('for %s names npm nowhere', async (pm) => {
    for (const file of await create('both', false, pm)) {
      // npm itself gets the others, and is deleted from the image.
      const text = (await readFile(join(folder, file), 'utf8')).replace(
        /npm install --global \S+|bin\/np[mx]|^# The bundle needs Node only\. .*$/gm,
        '',
      );
      expect(text, file).not.toMatch(/\bnp[mx]\b|package-lock/);
    }
  });

  it('keeps what is in a folder, without --overwrite', async () => {
    await mkdir(join(folder, '.git'), { recursive: true });
    await writeFile(join(folder, '.git/HEAD'), 'ref');
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await expect(create('service')).rejects.toThrow(
      'is not empty: choose another folder, or delete its files with --overwrite',
    );
    expect(await readdir(folder)).toEqual(['.git', 'notes.txt']);
    await create('service', true);
    expect(await readdir(folder)).not.toContain('notes.txt');
    expect(await readFile(join(folder, '.git/HEAD'), 'utf8')).toBe('ref');
  });
});

it('starts with the versions that this repository is tested with', async () => {
  const root = join(import.meta.dirname, '../../..');
  const used: Record<string, string> = {};
  for (const path of ['package.json', 'infra/package.json', 'examples/parameter-function/package.json']) {
    const { dependencies, devDependencies } = JSON.parse(await readFile(join(root, path), 'utf8'));
    Object.assign(used, dependencies, devDependencies);
  }
  for (const [name, version] of Object.entries(VERSIONS)) {
    expect({ name, version }).toEqual({ name, version: used[name] });
  }
});

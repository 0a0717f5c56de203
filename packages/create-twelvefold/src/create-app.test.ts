import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Template } from './choices.ts';
import { createApp } from './create-app.ts';
import { VERSIONS } from './package-json.ts';

const templates = join(import.meta.dirname, '../templates');
let folder = '';
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'create-')), 'shop');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const create = (template: Template, overwrite = false) =>
  createApp({ folder, name: 'shop', template, pm: 'npm', version: '0.1.0', templates, overwrite });

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
    const text = await readFile(join(root, path), 'utf8').catch(() => '{}');
    const { dependencies, devDependencies } = JSON.parse(text);
    Object.assign(used, dependencies, devDependencies);
  }
  const { 'aws-cdk': cdk, ...others } = VERSIONS;
  expect(cdk).toBe(used['aws-cdk'] ?? cdk);
  for (const [name, version] of Object.entries(others))
    expect({ name, version }).toEqual({ name, version: used[name] });
});

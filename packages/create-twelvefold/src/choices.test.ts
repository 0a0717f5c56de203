import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nameOf, readArguments } from './choices.ts';

describe('the command line', () => {
  it('reads every option', () => {
    const args = ['apps/shop', '--template', 'service', '--pm=pnpm', '--install', '--offline', '--overwrite', '-y'];
    expect(readArguments(args)).toMatchObject({
      folder: 'apps/shop',
      template: 'service',
      pm: 'pnpm',
      install: true,
      offline: true,
      overwrite: true,
      yes: true,
    });
    expect(readArguments([])).toMatchObject({ folder: undefined, template: undefined, install: undefined });
  });

  it('names every fault at once', () => {
    const read = () => readArguments(['My App', 'more', '--template', 'pod', '--pm', 'npx', '--force', '--json=1']);
    expect(read).toThrow(
      [
        'unknown option --force; known: --template, --pm, --install, --offline, --overwrite, --yes, --json, --version, --help',
        '--json takes no value',
        'unexpected argument "more"',
        '--template "pod" must be one of service, functions, both',
        '--pm "npx" must be one of npm, pnpm, yarn, bun',
        '"My App" cannot be the app\'s name: it takes lower-case words joined by hyphens, at most 30 characters',
      ].join('\n'),
    );
    expect(() => readArguments(['--template'])).toThrow('--template needs a value');
  });

  it('takes the folder that it runs in, by its name', () => {
    expect(nameOf('.')).toBe(basename(process.cwd()));
    expect(nameOf('apps/shop/')).toBe('shop');
    expect(nameOf('apps/../shop')).toBe('shop');
  });

  it('refuses --offline where nothing is installed', () => {
    expect(() => readArguments(['shop', '--offline'])).toThrow('--offline needs --install');
  });

  it.each(['1st', 'a_b', 'x'.repeat(31), '/', '-a', 'a--b'])('refuses the name %s', (name) => {
    expect(() => readArguments(['--', name])).toThrow("cannot be the app's name");
  });
});

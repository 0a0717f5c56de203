import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The effects of importing `code`, in a separate process. */
async function effectsOf(code: string): Promise<{ effects: string[]; modules: string[] }> {
  const args = [
    '--conditions=@twelvefold/source',
    '--import',
    here('./trap-effects.ts'),
    '--input-type=module',
    '-e',
    code,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: here('../..'),
    env: { PATH: process.env.PATH },
  });
  return JSON.parse(stdout);
}

describe("importing the example's definitions", () => {
  it('touches neither network nor files nor environment, and brings no handler, no router and no SDK', async () => {
    const { effects, modules } = await effectsOf("await import('./examples/orders/app.ts')");
    expect(effects).toEqual([]);
    expect(modules.filter((url) => /examples\/orders\/(components|http|lambda|ecs)/.test(url))).toEqual([]);
    const packages = modules.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
    expect([...new Set(packages)]).toEqual(['zod']);
  });

  it('would be caught if it did', async () => {
    const { effects } = await effectsOf(
      "const fs = await import('node:fs'); void process.env.HOME; for (const effect of [() => fetch('http://127.0.0.1:1'), () => fs.writeFileSync('x', '')]) { try { effect(); } catch {} }",
    );
    expect(effects).toEqual(['process.env.HOME', 'fetch', 'fs.writeFileSync']);
  });
});

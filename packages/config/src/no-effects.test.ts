import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/**
 * Runs in a separate process, where the environment, the file system and the network are trapped
 * before the import.
 */
const TRAPS = `
  const touched = [];
  // Node's own module loader reads variables too; what it does is not ours.
  const ours = () => !/\\(?node:/.test(new Error().stack.split('\\n')[4] ?? '');
  const note = (what) => { if (ours()) touched.push(what); };
  const real = process.env;
  process.env = new Proxy(real, {
    get: (target, key) => { note('env ' + String(key)); return target[key]; },
    has: (target, key) => { note('env ' + String(key)); return key in target; },
    ownKeys: (target) => { note('env *'); return Reflect.ownKeys(target); },
  });
  const trap = (object, name) => {
    for (const key of Object.keys(object)) {
      if (typeof object[key] !== 'function' || /^[A-Z_]/.test(key)) continue;
      const original = object[key];
      object[key] = (...args) => { note(name + '.' + key); return original.apply(object, args); };
    }
  };
  for (const name of ['fs', 'fs/promises', 'net', 'http', 'https', 'dns', 'child_process']) trap(process.getBuiltinModule(name), name);
  process.getBuiltinModule('module').syncBuiltinESMExports();
  globalThis.fetch = () => note('fetch');
`;

function run(body: string): string[] {
  const script = `${TRAPS}\n${body}\nprocess.stdout.write(JSON.stringify(touched));`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--conditions=@twelvefold/source', '--no-warnings', '--input-type=module', '--eval', script],
    { encoding: 'utf8', cwd: fileURLToPath(new URL('.', import.meta.url)) },
  );
  if (status !== 0) throw new Error(`the trapped process failed: ${stderr}`);
  // The script prints a list of strings.
  return JSON.parse(stdout) as string[];
}

const DEFINE = `
  const { defineConfig, env, file, parameterStore, secretsManager, memory, secret, loadConfig } = await import('./index.ts');
  const z = await import('zod/mini');
  const config = defineConfig({
    schema: z.object({ a: z._default(z.coerce.number(), 1), b: z.optional(secret(z.string())) }),
    sources: [env(), file('.env'), file('package.json'), parameterStore(), secretsManager(), memory({ b: 'x' })],
  });
  config.plan({ app: 'orders', stage: '{stage}' });
`;

describe('importing, defining and planning', () => {
  it('reads no environment and does no I/O', () => {
    expect(run(DEFINE)).toEqual([]);
  });

  it('would be caught if it did', () => {
    const load = `await loadConfig({ ...config, sources: [file('none.json')] }, { app: 'orders', stage: 'prod' });`;
    expect(run(`${DEFINE}${load}`)).toContain('fs/promises.readFile');
    expect(run(`const read = () => process.env.HOME; read();`)).toEqual(['env HOME']);
  });
});

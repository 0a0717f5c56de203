import { describe, expect, it } from 'vitest';
import { createLoader } from './create-loader.ts';

const loader = (importModule: (url: string) => Promise<object>, typescript = true) =>
  createLoader({ cwd: '/home/me/shop', importModule, typescript, nodeVersion: 'v22.11.0' });
const failing = (error: unknown, typescript = true) => loader(() => Promise.reject(error), typescript);

describe('the loader of the user’s modules', () => {
  it('imports by URL, relative to the working directory', async () => {
    const asked: string[] = [];
    const load = loader(async (url) => {
      asked.push(url);
      return { app: 1, nothing: undefined };
    });
    expect(await load('./src/my app.ts', 'app')).toBe(1);
    expect(await load('/opt/app.js', 'nothing')).toBeUndefined();
    expect(asked).toEqual(['file:///home/me/shop/src/my%20app.ts', 'file:///opt/app.js']);
  });

  it('names the exports there are', async () => {
    await expect(loader(async () => ({ shop: 1, config: 2 }))('app.ts', 'app')).rejects.toThrow(
      "Cannot find the export 'app' in app.ts: it exports shop, config; choose with --export",
    );
    await expect(loader(async () => ({}))('app.ts', 'toString')).rejects.toThrow('it exports nothing');
  });

  it.each(['app.ts', 'app.mts', 'app.cts'])('says that this Node cannot run %s, without trying', async (module) => {
    const load = loader(() => Promise.reject(new Error('must not be imported')), false);
    await expect(load(module, 'app')).rejects.toThrow(
      `Cannot import ${module}: this Node (v22.11.0) does not run TypeScript; build it and name the .js file, or use Node 22.18 or newer`,
    );
  });

  it('says so too of TypeScript that a built module imports', async () => {
    const error = Object.assign(new TypeError('Unknown file extension ".ts" for /home/me/shop/b.ts'), {
      code: 'ERR_UNKNOWN_FILE_EXTENSION',
    });
    await expect(failing(error, false)('a.js', 'app')).rejects.toThrow(/b\.ts: this Node .* does not run TypeScript/);
    // Where Node runs TypeScript it is another extension that is unknown.
    await expect(failing(error, true)('a.js', 'app')).rejects.not.toThrow(/does not run TypeScript/);
  });

  it('tells a missing module from a missing dependency of it', async () => {
    const missing = (message: string, url: string) =>
      Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND', url });
    await expect(failing(missing('', 'file:///home/me/shop/a.js'))('a.js', 'app')).rejects.toThrow(
      'Cannot import a.js: there is no such file',
    );
    await expect(
      failing(missing("Cannot find package 'zod'", 'file:///home/me/shop/zod'))('a.js', 'app'),
    ).rejects.toThrow("Cannot import a.js: Cannot find package 'zod'");
  });

  it('says where in the user’s code a module failed, and keeps the cause', async () => {
    const cause = new TypeError('Cannot define app "X"');
    cause.stack = [
      'TypeError: Cannot define app "X"',
      '    at refuse (file:///home/me/shop/node_modules/twelvefold/dist/x.js:9:9)',
      '    at file:///home/me/shop/app.ts:3:20',
      '    at ModuleJob.run (node:internal/modules/esm/module_job:430:25)',
    ].join('\n');
    const failure: unknown = await failing(cause)('app.ts', 'app').catch((error: unknown) => error);
    expect(failure).toMatchObject({
      message: 'Cannot import app.ts: Cannot define app "X"\n    at file:///home/me/shop/app.ts:3:20',
      cause,
    });
    await expect(failing('thrown text')('app.ts', 'app')).rejects.toThrow('Cannot import app.ts: thrown text');
  });
});

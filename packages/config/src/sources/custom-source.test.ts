import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineConfig } from '../define-config.ts';
import { ConfigError } from '../errors/config-error.ts';
import { loadConfig } from '../load/load-config.ts';
import { secret } from '../schema/secret.ts';
import type { CustomSourceOptions } from './custom-source.ts';
import { customSource } from './custom-source.ts';

const schema = z.object({ taxRate: z.string(), apiKey: z.optional(secret(z.string())) });

/** Loads a config of one source with the given `read`. */
async function load(read: () => unknown, options: Partial<CustomSourceOptions> = {}) {
  const asked: string[][] = [];
  const vault = customSource({
    name: 'Vault',
    ...options,
    read: async ({ keys }) => {
      asked.push([...keys]);
      return (await read()) as Record<string, unknown>; // what a user's code may do
    },
  });
  const config = defineConfig({ schema, sources: [vault] });
  const loaded = await loadConfig(config, { app: 'orders', stage: 'test', env: {} }).catch((error: unknown) => error);
  return { loaded, asked };
}

it('is asked for secrets only when it says that it has them', async () => {
  expect(await load(() => ({ taxRate: '7' }))).toMatchObject({ loaded: { taxRate: '7' }, asked: [['taxRate']] });
  const { asked } = await load(() => ({ taxRate: '7' }), { secrets: true });
  expect(asked).toEqual([['taxRate', 'apiKey']]);
});

const throwing = (thrown: unknown) => () => {
  throw thrown;
};

it.each([
  [
    'an error, whose message may quote a value',
    throwing(Object.assign(new TypeError('hush'), { code: 'EX' })),
    'failed: TypeError EX',
  ],
  ['a text', throwing('hush'), 'failed: unknown error'],
  ['nothing', throwing(undefined), 'failed: unknown error'],
  ['null', throwing(null), 'failed: unknown error'],
])('names itself when read throws %s', async (_, read, reason) => {
  const { loaded } = await load(read);
  expect(ConfigError.isInstance(loaded) && loaded.message).toContain(`Vault ${reason}`);
  expect(String(loaded)).not.toContain('hush');
});

it.each([[undefined], [null], ['hush'], [['hush']]])('names itself when read answers with %j', async (answer) => {
  const { loaded } = await load(() => answer);
  expect(ConfigError.isInstance(loaded) && loaded.message).toContain('Vault answered with no object of values by key');
  expect(String(loaded)).not.toContain('hush');
});

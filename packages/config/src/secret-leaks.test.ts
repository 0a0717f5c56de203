import { once } from 'node:events';
import { start } from 'node:repl';
import { PassThrough, Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { MessageChannel, Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineConfig } from './define-config.ts';
import { loadConfig } from './load/load-config.ts';
import { secret } from './schema/secret.ts';
import type { Secret } from './secret.ts';
import { memory } from './sources/sources.ts';

const VALUE = 'sk_live_9f8e7d6c5b4a';
const NESTED = 'nested-7a6b5c4d';

const definition = defineConfig({
  schema: z.object({
    payments: z.object({ apiKey: secret(z.string()), json: secret(z.object({ token: z.string() })) }),
  }),
  sources: [memory({ payments: { apiKey: VALUE, json: { token: NESTED } } })],
});
const config = await loadConfig(definition, { app: 'orders', stage: 'dev' });
const { apiKey } = config.payments;
const leaked = (text: string) => text.includes(VALUE) || text.includes(NESTED);
const { port1, port2 } = new MessageChannel();
afterAll(() => port1.close());

/** The text that a console prints. */
async function printed(print: (console: Console) => void): Promise<string> {
  const { Console } = await import('node:console');
  let text = '';
  const stdout = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  print(new Console(stdout, stdout));
  return text;
}

describe('a loaded secret', () => {
  it.each<[string, () => unknown]>([
    ['%s', () => format('%s', apiKey)],
    ['%o', () => format('%o', apiKey)],
    ['%O', () => format('%O', apiKey)],
    ['%j', () => format('%j', apiKey)],
    ['%d', () => format('%d', apiKey)],
    ['%s of the whole config', () => format('%s', config)],
    ['%o of the whole config', () => format('%o', config)],
    ['%j of the whole config', () => format('%j', config)],
    ['inspect', () => inspect(config, { showHidden: true, depth: null, getters: true, showProxy: true })],
    ['inspect without custom ones', () => inspect(config, { customInspect: false, showHidden: true, depth: null })],
    ['a template', () => `${apiKey} ${config.payments.json}`],
    ['+', () => ['key: ', apiKey].reduce((one, other) => (one as string) + other, '')],
    ['String()', () => String(apiKey)],
    ['an array joined', () => [apiKey, [apiKey]].join()],
    ['JSON', () => JSON.stringify({ config, list: [apiKey] }, null, 2)],
    ['JSON with a replacer', () => JSON.stringify(config, (_, value) => value)],
    ['spread', () => JSON.stringify({ ...apiKey, ...config.payments })],
    ['Object.assign', () => inspect(Object.assign({}, apiKey), { showHidden: true })],
    [
      'entries',
      () => inspect([Object.entries(apiKey), Reflect.ownKeys(apiKey), Object.values(apiKey)], { depth: null }),
    ],
    ['descriptors', () => inspect(Object.getOwnPropertyDescriptors(apiKey), { showHidden: true, depth: null })],
    [
      'an error message',
      () => inspect(new Error(`refused ${apiKey}`, { cause: config }), { showHidden: true, depth: null }),
    ],
    [
      'an aggregate error',
      () => inspect(new AggregateError([new TypeError(String(apiKey))], `${apiKey}`), { depth: null }),
    ],
    ['an error with fields', () => inspect(Object.assign(new Error('no'), { apiKey, config }), { depth: null })],
    ['a symbol', () => String(Symbol(String(apiKey)))],
    ['a URL', () => String(new URL(`https://host/?key=${apiKey}`))],
    ['headers', () => JSON.stringify([...new Headers({ authorization: `Bearer ${apiKey}` })])],
    ['structuredClone', () => inspect(structuredClone(config), { showHidden: true, depth: null })],
    [
      'v8.serialize',
      () => serialize(config).toString('latin1') + inspect(deserialize(serialize(config)), { depth: null }),
    ],
    ['Map and Set', () => inspect([new Map([[apiKey, apiKey]]), new Set([apiKey])], { depth: null })],
    ['Buffer', () => Buffer.from(String(apiKey)).toString()],
    ['toLocaleString', () => apiKey.toLocaleString()],
    ['valueOf', () => inspect(apiKey.valueOf())],
  ])('is not in what %s gives', (_, print) => {
    expect(leaked(String(print()))).toBe(false);
  });

  it('is not in what a console prints', async () => {
    const text = await printed((console) => {
      console.log(apiKey, config);
      console.log('%s %o %O %j %i', apiKey, config, apiKey, config, apiKey);
      console.dir(config, { depth: null, showHidden: true });
      console.table([{ apiKey }, config.payments]);
      console.error(new Error(`no ${apiKey}`));
    });
    expect(text).toContain('[secret payments.apiKey]');
    expect(leaked(text)).toBe(false);
  });

  it('is not in what a REPL prints', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    let text = '';
    output.on('data', (chunk) => (text += String(chunk)));
    const repl = start({ input, output, terminal: false, prompt: '' });
    repl.context.config = config;
    input.end('config\nconfig.payments.apiKey\nObject.entries(config.payments)\n');
    await once(repl, 'exit');
    expect(text).toContain('[secret payments.apiKey]');
    expect(leaked(text)).toBe(false);
  });

  it('does not travel to another thread', async () => {
    port1.postMessage(config);
    const [message] = await once(port2, 'message');
    expect(leaked(inspect(message, { showHidden: true, depth: null }))).toBe(false);
    const worker = new Worker(
      "const { parentPort, workerData } = require('node:worker_threads'); parentPort.postMessage(JSON.stringify(workerData))",
      { eval: true, workerData: { apiKey, config } },
    );
    const [seen] = await once(worker, 'message');
    expect(leaked(String(seen))).toBe(false);
    await worker.terminate();
  });

  it('is what reveal() gives', () => {
    expect([apiKey.reveal(), config.payments.json.reveal()]).toEqual([VALUE, { token: NESTED }]);
    const other: Secret<string> = apiKey;
    expect(other === apiKey).toBe(true);
  });
});

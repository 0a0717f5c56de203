import { randomUUID } from 'node:crypto';
import { createAws } from '@twelvefold/aws';
import { defineConfig, derived, env, param, parameterStore, secret, secretsManager } from '@twelvefold/config';
import type { ConfigIo } from '@twelvefold/config/internal/cli';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import fc from 'fast-check';
import { afterAll, beforeAll } from 'vitest';
import * as z from 'zod';

export const foreign = process.env.AWS_ENDPOINT_URL;

export let local: LocalAws | undefined;

let endpoint = '';

export const port = () =>
  createAws({
    env: {},
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });

/** The port has no CreateSecret: a template creates secrets. */
export async function createSecret(name: string): Promise<void> {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/secretsmanager/aws4_request, Signature=none';
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.CreateSecret',
      authorization,
    },
    body: JSON.stringify({ Name: name, ClientRequestToken: randomUUID() }),
  });
  if (!response.ok) throw new Error(`CreateSecret answered ${response.status}: ${await response.text()}`);
}

const host = z.string().min(1).describe('Where the shop is');

export const config = defineConfig({
  schema: z.object({
    host,
    rate: z.coerce.number(),
    tags: z.array(z.string()),
    limits: param(z.object({ perDay: z.number() })),
    token: secret(z.string(), { parameter: true }),
    key: secret(z.string().min(5)),
    database: z.object({
      login: secret(z.string(), { id: '{app}/{stage}/database', jsonKey: 'username' }),
      password: secret(z.string(), { id: '{app}/{stage}/database', jsonKey: 'password' }),
    }),
    note: z.string().default('none'),
    origin: derived({ host }, (all) => `https://${all.host}/`),
  }),
  sources: [env(), parameterStore(), secretsManager()],
});

type Runnable = { run(input: never, io: never): Promise<number> };

export interface World {
  /** Whether people read it. @defaultValue true */
  isTTY?: boolean;
  ask?: ConfigIo['ask'];
  files?: Record<string, string>;
  modes?: Record<string, number | undefined>;
}

/** One run of a command. */
export async function run(
  command: Runnable,
  stage: string,
  options: Record<string, string> = {},
  flags: readonly string[] = [],
  file = '{}',
  world: World = {},
) {
  const files: Record<string, string> = world.files ?? {};
  files['values.json'] ??= file;
  const given: Record<string, string> = { module: 'app.ts', export: 'app', stage, ...options };
  let [stdout, stderr] = ['', ''];
  const waits: number[] = [];
  const io: ConfigIo = {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    isTTY: world.isTTY ?? true,
    ...(world.ask === undefined ? {} : { ask: world.ask }),
    env: {},
    load: async () => ({ name: 'orders', config }),
    readFile: async (path) => files[path],
    writeFile: async (path, text, { exclusive = false, mode } = {}) => {
      if (exclusive && files[path] !== undefined) throw Object.assign(new Error('it is there'), { code: 'EEXIST' });
      files[path] = text;
      if (world.modes) world.modes[path] = mode;
    },
    aws: port(),
    sleep: async (ms) => void waits.push(ms),
  };
  const input = {
    text: (name: string) => given[name] ?? '',
    optional: (name: string) => given[name],
    flag: (name: string) => flags.includes(name),
  };
  const code = await command.run(input as never, io as never); // what a command declares is what it is given
  return { code, stdout, stderr, waits };
}

export async function stageWithSecrets(): Promise<string> {
  const stage = `s${randomUUID().slice(0, 8)}`;
  for (const name of ['key', 'database']) await createSecret(`orders/${stage}/${name}`);
  return stage;
}

const text = fc.string({ minLength: 1, maxLength: 40 }).filter((value) => value.trim() === value);

export const valuesOf = fc.record({
  host: text,
  rate: fc.integer(),
  tags: fc.array(text),
  limits: fc.record({ perDay: fc.nat() }),
  token: text,
  key: fc.string({ minLength: 5, maxLength: 60 }),
  database: fc.record({ login: text, password: text }),
});

/** Registers the hooks that each test needs. */
export function prepareConfig(): void {
  beforeAll(async () => {
    local = foreign === undefined ? await startLocalAws() : undefined;
    endpoint = foreign ?? local?.url ?? '';
  });
  afterAll(() => local?.close());
}

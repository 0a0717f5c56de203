import { randomUUID } from 'node:crypto';
import { createAws, ssm } from '@twelvefold/aws';
import {
  defineConfig,
  derived,
  env,
  loadConfig,
  param,
  parameterStore,
  Secret,
  secret,
  secretsManager,
} from '@twelvefold/config';
import type { ConfigIo } from '@twelvefold/config/internal/cli';
import {
  configDocsCommand,
  configDoctorCommand,
  configEnvCommand,
  configPolicyCommand,
  configPrintCommand,
  configPullCommand,
  configPushCommand,
} from '@twelvefold/config/internal/cli';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

const foreign = process.env.AWS_ENDPOINT_URL;
let local: LocalAws | undefined;
let endpoint = '';
beforeAll(async () => {
  local = foreign === undefined ? await startLocalAws() : undefined;
  endpoint = foreign ?? local?.url ?? '';
});
afterAll(() => local?.close());

const port = () =>
  createAws({
    env: {},
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });

/** The port has no CreateSecret: a template creates secrets. */
async function createSecret(name: string): Promise<void> {
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
const config = defineConfig({
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

interface World {
  /** Whether people read it. @defaultValue true */
  isTTY?: boolean;
  ask?: ConfigIo['ask'];
  files?: Record<string, string>;
  modes?: Record<string, number | undefined>;
}

/** One run of a command. */
async function run(
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

async function stageWithSecrets(): Promise<string> {
  const stage = `s${randomUUID().slice(0, 8)}`;
  for (const name of ['key', 'database']) await createSecret(`orders/${stage}/${name}`);
  return stage;
}

const text = fc.string({ minLength: 1, maxLength: 40 }).filter((value) => value.trim() === value);
const valuesOf = fc.record({
  host: text,
  rate: fc.integer(),
  tags: fc.array(text),
  limits: fc.record({ perDay: fc.nat() }),
  token: text,
  key: fc.string({ minLength: 5, maxLength: 60 }),
  database: fc.record({ login: text, password: text }),
});

const revealed = (value: unknown): unknown => {
  if (Secret.isInstance(value)) return value.reveal();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, revealed(child)]));
};

describe('twelvefold config', () => {
  it('round trip: what is declared and pushed is what is loaded, and a second push has nothing to write', async () => {
    await fc.assert(
      fc.asyncProperty(valuesOf, async (values) => {
        const stage = await stageWithSecrets();
        const push = (flags: string[]) =>
          run(configPushCommand, stage, { from: 'values.json' }, flags, JSON.stringify(values));
        const first = await push(['write']);
        expect(first.code, first.stderr).toBe(0);
        const loaded = await loadConfig(config, { app: 'orders', stage, env: {}, aws: port() });
        expect(revealed(loaded)).toEqual({ ...values, note: 'none', origin: `https://${values.host}/` });
        const second = await push(['write']);
        expect(second.stdout.split('\n').filter((line) => !line.startsWith('= '))).toEqual(['']);
      }),
      { numRuns: 8 },
    );
  });

  const VALUES = {
    host: 'shop.example',
    rate: 0.19,
    tags: ['a'],
    limits: { perDay: 3 },
    token: 'token-not-shown',
    key: 'key-not-shown',
    database: { login: 'login-not-shown', password: 'password-not-shown' },
  };
  const file = JSON.stringify(VALUES);
  const from = { from: 'values.json' };

  it('push says first what it would write, keeps the rate of PutParameter, and never shows a secret', async () => {
    const stage = await stageWithSecrets();
    const dry = await run(configPushCommand, stage, from, [], file);
    expect(dry.code).toBe(0);
    expect(dry.stderr).toContain('Nothing is written');
    expect((await run(configDoctorCommand, stage)).code).toBe(78);
    const wet = await run(configPushCommand, stage, from, ['write'], file);
    expect(wet.stdout.match(/^\+ /gm)).toHaveLength(7);
    expect(wet.stdout).toContain(`+ database.login, database.password  Secrets Manager orders/${stage}/database`);
    expect(wet.waits.filter((ms) => ms === 350).length).toBeGreaterThanOrEqual(4);
    expect(wet.stderr).toContain('7/7');
    expect(dry.stdout + dry.stderr + wet.stdout + wet.stderr).not.toContain('not-shown');
  });

  it('push writes nothing when one value is wrong, and to production only when its name is typed', async () => {
    const stage = await stageWithSecrets();
    const bad = await run(
      configPushCommand,
      stage,
      from,
      ['write'],
      JSON.stringify({ ...VALUES, key: 'no', rate: 'x' }),
    );
    expect(bad.code).toBe(78);
    expect(bad.stderr).toContain('rate: expected number\n  key: expected at least 5 characters');
    expect((await run(configDoctorCommand, stage)).stdout).toMatch(/^host +missing$/m);
    for (const confirm of [{}, { confirm: 'prod' }]) {
      await expect(run(configPushCommand, 'prod', { ...from, ...confirm }, ['write'], file)).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringMatching(
          /^a production stage is written only with --confirm orders\/prod(, not "prod")?$/,
        ),
      });
    }
  });

  it('push that breaks off says how far it came, and goes on from there', async () => {
    const stage = `s${randomUUID().slice(0, 8)}`;
    await createSecret(`orders/${stage}/database`);
    const broken = run(configPushCommand, stage, from, ['write'], file);
    await expect(broken).rejects.toThrow(
      /^Cannot push key: ResourceNotFoundException; deploy the stack, which makes it, first; 5 of 7 are written/,
    );
    await createSecret(`orders/${stage}/key`);
    const rest = await run(configPushCommand, stage, from, ['write'], file);
    expect(rest.stdout.match(/^\+ /gm)).toHaveLength(2);
    expect((await run(configDoctorCommand, stage)).code).toBe(0);
  });

  it('doctor lists what the stores have and the schema does not, and exits with 78', async () => {
    const stage = await stageWithSecrets();
    await run(configPushCommand, stage, from, ['write'], file);
    expect((await run(configDoctorCommand, stage)).code).toBe(0);
    const put = (Name: string) =>
      port().call(ssm, 'PutParameter', { Name, Value: 'old-not-shown', Type: 'SecureString' }, { access: 'write' });
    await put(`/orders/${stage}/pricing/oldRate`);
    await put(`/orders/${stage}/bindings/queue`);
    await createSecret(`orders/${stage}/old-key`);
    const doctor = await run(configDoctorCommand, stage);
    expect(doctor).toMatchObject({
      code: 78,
      stderr: `The stores of orders (stage ${stage}) have what no key of the schema reads; delete it, or add the key:
  Parameter Store /orders/${stage}/pricing/oldRate
  Secrets Manager orders/${stage}/old-key
`,
    });
    const json = await run(configDoctorCommand, stage, {}, ['json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      faults: [],
      undeclared: [
        { in: 'parameterStore', name: `/orders/${stage}/pricing/oldRate` },
        { in: 'secretsManager', name: `orders/${stage}/old-key` },
      ],
    });
    expect(doctor.stdout + doctor.stderr + json.stdout).not.toContain('not-shown');
  });

  it('doctor tells source, version and age of each key and gates, print masks', async () => {
    const stage = await stageWithSecrets();
    await run(configPushCommand, stage, from, ['write'], file);
    const doctor = await run(configDoctorCommand, stage);
    expect(doctor.stdout).toMatch(new RegExp(`^rate +ok +Parameter Store /orders/${stage}/rate +1 +0m$`, 'm'));
    expect(doctor.stdout).toMatch(/^note +default$/m);
    const { keys, ok } = JSON.parse((await run(configDoctorCommand, stage, {}, ['json'])).stdout);
    expect([ok, keys.length]).toEqual([true, 10]);
    const { stdout } = await run(configPrintCommand, stage);
    expect(JSON.parse(stdout)).toMatchObject({ rate: 0.19, key: '[secret key]', origin: 'https://shop.example/' });
    expect(doctor.stdout + stdout).not.toContain('not-shown');
  });

  it('doctor is a table for people, a line of JSON in a pipe, and tells the versions of secrets', async () => {
    const stage = await stageWithSecrets();
    await run(configPushCommand, stage, from, ['write'], file);
    const piped = await run(configDoctorCommand, stage, {}, [], '{}', { isTTY: false });
    expect(piped.stdout.match(/\n/g)).toHaveLength(1);
    const { keys } = JSON.parse(piped.stdout);
    const one = (name: string) => keys.find(({ key }: { key: string }) => key === name);
    expect(one('origin')).toEqual({ key: 'origin', secret: false, state: 'derived', source: 'made from host' });
    if (foreign === undefined) expect(one('key').version).toMatch(/^[0-9a-f-]{36}$/);
    expect((await run(configDoctorCommand, stage, {}, ['text'], '{}', { isTTY: false })).stdout).toMatch(/^KEY +STATE/);
  });

  it('what is wrong is grouped for people and JSON in a pipe, for print as for doctor', async () => {
    const stage = `s${randomUUID().slice(0, 8)}`;
    const people = await run(configPrintCommand, stage);
    expect([people.code, people.stdout]).toEqual([78, '']);
    expect(people.stderr).toMatch(/^Cannot load config of orders .*\n\nMissing\n/);
    const piped = await run(configPrintCommand, stage, {}, [], '{}', { isTTY: false });
    expect(JSON.parse(piped.stderr)).toMatchObject({ code: 'CONFIG_INVALID', faults: { length: 8 } });
    const doctor = JSON.parse((await run(configDoctorCommand, stage, {}, [], '{}', { isTTY: false })).stdout);
    expect([doctor.ok, doctor.faults.length]).toEqual([false, 8]);
  });

  it('asks on a terminal for a production stage to be typed, and is quiet in a pipe', async () => {
    const stage = `s${randomUUID().slice(0, 8)}-prod`;
    for (const name of ['key', 'database']) await createSecret(`orders/${stage}/${name}`);
    const asked: string[] = [];
    const answering = (text: string) => async (question: string) => {
      asked.push(question);
      return text;
    };
    const push = (world: World) => run(configPushCommand, stage, from, ['write'], file, world);
    await expect(push({ ask: answering('yes') })).rejects.toMatchObject({ code: 'USAGE' });
    expect((await run(configDoctorCommand, stage)).code).toBe(78);
    const typed = await push({ ask: answering(` orders/${stage} `) });
    expect([typed.code, asked.at(-1)]).toEqual([0, `a production stage is written: type orders/${stage} to go on: `]);
    expect(typed.stderr).toContain('7/7');
    const again = await run(
      configPushCommand,
      stage,
      { ...from, confirm: `orders/${stage}` },
      ['write', 'json'],
      JSON.stringify({ ...VALUES, rate: 0.2 }),
      { isTTY: false },
    );
    expect(again.stderr).toBe('');
    expect(JSON.parse(again.stdout)).toMatchObject({
      written: true,
      writes: [{ keys: ['rate'], exists: true }],
      faults: [],
    });
    expect(again.stdout).not.toContain('not-shown');
  });

  it.each(['prod', 'prd', 'production', 'live', 'eu-prod', 'prod-eu', 'eu-prod2-blue', 'prod1'])(
    'takes %s for production',
    async (stage) => {
      await expect(run(configPushCommand, stage, from, ['write'], file)).rejects.toMatchObject({ code: 'USAGE' });
    },
  );

  it.runIf(foreign === undefined)('push waits when it is throttled, and writes each value once', async () => {
    const stage = await stageWithSecrets();
    local?.faults.add({ service: 'ssm', operation: 'PutParameter', kind: 'throttle', times: 3 });
    local?.faults.add({ service: 'secretsmanager', operation: 'PutSecretValue', kind: 'throttle', times: 1 });
    local?.clearCalls();
    const pushed = await run(configPushCommand, stage, from, ['write'], file);
    local?.faults.clear();
    expect(pushed.code).toBe(0);
    expect(pushed.waits.filter((ms) => ms >= 1_000)).toEqual([1_000, 2_000, 4_000, 1_000]);
    const written = local?.calls({ operation: 'PutParameter' }).filter(({ status }) => status === 200);
    expect(written).toHaveLength(5);
    const doctor = JSON.parse((await run(configDoctorCommand, stage, {}, ['json'])).stdout);
    expect(doctor.keys.filter(({ version }: { version?: string }) => version === '1')).toHaveLength(5);
  });

  it.runIf(foreign === undefined)(
    'push gives up on a store that throttles for ever, and says how far it came',
    async () => {
      const stage = await stageWithSecrets();
      local?.faults.add({ service: 'secretsmanager', operation: 'PutSecretValue', kind: 'throttle' });
      const pushing = run(configPushCommand, stage, from, ['write'], file);
      await expect(pushing).rejects.toThrow(
        /^Cannot push key: ThrottlingException; 5 of 7 are written, and the same command/,
      );
      local?.faults.clear();
      expect((await run(configPushCommand, stage, from, ['write'], file)).stdout.match(/^= /gm)).toHaveLength(5);
    },
  );

  it('pull leaves secrets out, and a typed confirmation reveals them to a file of their owner alone', async () => {
    const stage = await stageWithSecrets();
    await run(configPushCommand, stage, from, ['write'], file);
    const masked = await run(configPullCommand, stage);
    expect(JSON.parse(masked.stdout)).toEqual({
      host: 'shop.example',
      rate: '0.19',
      tags: ['a'],
      limits: { perDay: 3 },
    });
    expect(masked.stderr).toBe('4 secrets are left out: token, key, database.login, database.password\n');
    const world: World = { files: {}, modes: {} };
    const out = { out: 'stage.json' };
    await expect(run(configPullCommand, stage, out, ['reveal'], '{}', world)).rejects.toMatchObject({
      code: 'USAGE',
      message: `secrets of orders at stage ${stage} are written in clear only with --confirm orders/${stage}`,
    });
    expect(world.files).not.toHaveProperty(['stage.json']);
    const confirm = { confirm: `orders/${stage}` };
    expect((await run(configPullCommand, stage, { ...out, ...confirm }, ['reveal'], '{}', world)).code).toBe(0);
    expect(JSON.parse(world.files?.['stage.json'] ?? '')).toEqual({ ...VALUES, rate: '0.19' });
    expect(world.modes).toEqual({ 'stage.json': 0o600 });
    // Never over a file that is there.
    await expect(run(configPullCommand, stage, out, [], '{}', world)).rejects.toMatchObject({ code: 'USAGE' });
    expect((await run(configPullCommand, stage, out, ['force'], '{}', world)).code).toBe(0);
    expect(world.files?.['stage.json']).not.toContain('not-shown');
  });

  it.each(['stage.env', 'stage.json', 'stage.yaml'])(
    'what is pulled to %s is what push finds there already',
    async (out) => {
      await fc.assert(
        fc.asyncProperty(valuesOf, async (values) => {
          // A value with every kind of quote is refused in a .env file, which has no way to write it.
          const { host, token, key, tags, database } = values;
          const texts = [host, token, key, tags.join(), database.login, database.password];
          fc.pre(!out.endsWith('.env') || texts.every((one) => !(one.includes("'") && one.includes('`'))));
          const stage = await stageWithSecrets();
          const world: World = { files: {} };
          await run(configPushCommand, stage, from, ['write'], JSON.stringify(values), world);
          await run(configPullCommand, stage, { out, confirm: `orders/${stage}` }, ['reveal'], '{}', world);
          const { stdout, stderr } = await run(configPushCommand, stage, { from: out }, [], '{}', world);
          expect(
            stdout.split('\n').filter((line) => !line.startsWith('= ')),
            stderr,
          ).toEqual(['']);
          expect(stdout.match(/^= /gm)).toHaveLength(8);
        }),
        {
          numRuns: 5,
          // Two quotes that nothing closes, in lines next to each other.
          examples: [
            [
              {
                host: '!',
                rate: 0,
                tags: [],
                limits: { perDay: 0 },
                token: '!',
                key: '     ',
                database: { login: '"', password: '"' },
              },
            ],
          ],
        },
      );
    },
    60_000,
  );

  it.runIf(foreign === undefined)('pull of a store that would not say writes nothing', async () => {
    const stage = await stageWithSecrets();
    const world: World = { files: {}, isTTY: false };
    local?.faults.add({ service: 'ssm', operation: 'GetParameters', kind: 'throttle' });
    const { code, stdout, stderr } = await run(configPullCommand, stage, { out: 'a.json' }, [], '{}', world);
    local?.faults.clear();
    expect([code, stdout, world.files?.['a.json']]).toEqual([69, '', undefined]);
    expect(JSON.parse(stderr)).toMatchObject({ retryable: true });
  });

  it('policy, env and docs follow from the declaration alone', async () => {
    const policy = await run(configPolicyCommand, 'dev', {
      region: 'eu-west-1',
      account: '123456789012',
      partition: 'aws',
    });
    const { Statement } = JSON.parse(policy.stdout);
    expect(Statement.map(({ Action }: { Action: string }) => Action)).toEqual([
      'ssm:GetParameters',
      'secretsmanager:GetSecretValue',
      'kms:Decrypt',
    ]);
    expect(Statement[2].Condition.StringEquals['kms:EncryptionContext:PARAMETER_ARN']).toEqual([
      'arn:aws:ssm:eu-west-1:123456789012:parameter/orders/dev/token',
    ]);
    expect(Statement[1].Resource).toContain(
      'arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders/dev/key-??????',
    );
    const example = await run(configEnvCommand, 'dev');
    expect(example.stdout).toContain('# host: Where the shop is; required\nHOST=\n');
    expect(example.stdout).toContain('# note: default "none"\nNOTE=\n');
    const docs = await run(configDocsCommand, 'dev');
    expect(docs.stdout).toContain('| `key` | `KEY` | `orders/dev/key` | yes | required |  |');
    expect(docs.stdout).toContain('made from `host`');
  });
});

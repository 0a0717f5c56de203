import { randomUUID } from 'node:crypto';
import { ssm } from '@twelvefold/aws';
import { loadConfig, Secret } from '@twelvefold/config';
import { configDoctorCommand, configPrintCommand, configPushCommand } from '@twelvefold/config/internal/cli';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  config,
  createSecret,
  foreign,
  port,
  prepareConfig,
  run,
  stageWithSecrets,
  valuesOf,
} from './config-cli.fixture.ts';

prepareConfig();

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
});

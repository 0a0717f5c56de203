import { randomUUID } from 'node:crypto';
import {
  configDocsCommand,
  configDoctorCommand,
  configEnvCommand,
  configPolicyCommand,
  configPrintCommand,
  configPullCommand,
  configPushCommand,
} from '@twelvefold/config/internal/cli';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { World } from './config-cli.fixture.ts';
import { createSecret, foreign, local, prepareConfig, run, stageWithSecrets, valuesOf } from './config-cli.fixture.ts';

prepareConfig();

describe('twelvefold config', () => {
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
    'push gives up on a store that throttles every call, and reports how far it came',
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
          // A value with every kind of quote is refused in a .env file, which has no way to write
          // it.
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

import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { configPolicyCommand } from './cli/index.ts';
import { fakeStores } from './fake-stores.fixture.ts';
import { defineConfig, loadConfig, param, parameterStore, secret, secretsManager } from './index.ts';

const target = { app: 'orders', stage: 'dev' };
const sources = [parameterStore(), secretsManager()];
const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:210987654321:secret:shared/db-AbCdEf';
const PARAMETER_ARN = 'arn:aws:ssm:eu-west-1:210987654321:parameter/shared/rate';
const define = (shape: Record<string, z.core.$ZodType>) => defineConfig({ schema: z.object(shape), sources });

describe('names that AWS made, ARNs and names without a slash', () => {
  it.each([
    'rds!cluster-1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901',
    'rds!db-1b2c3d4e',
    'events!connection/shop/5f60',
    'aws/managed/x',
    'plain+name=of@me.org',
    SECRET_ARN,
    'arn:aws-us-gov:secretsmanager:us-gov-west-1:210987654321:secret:rds!db-1b2c-AbCdEf',
  ])('the secret %s is read', async (id) => {
    const definition = define({ a: secret(z.string(), { id, jsonKey: 'password' }) });
    const aws = fakeStores({ secrets: { [id]: '{"password":"p"}' } });
    const loaded = await loadConfig(definition, { ...target, aws });
    expect((loaded.a as { reveal(): unknown }).reveal()).toBe('p');
    expect(definition.plan(target).access.find(({ on }) => on === 'secrets')?.names).toEqual([id]);
  });

  it.each([
    'tax-rate',
    '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
    PARAMETER_ARN,
    '/with-{stage}/x',
  ])('the parameter %s is read', async (name) => {
    const definition = define({ a: param(z.string(), { name }) });
    const resource = name.replace('{stage}', 'dev');
    const loaded = await loadConfig(definition, { ...target, aws: fakeStores({ parameters: { [resource]: 'v' } }) });
    expect(loaded.a).toBe('v');
    expect(definition.plan(target).access).toEqual([
      { action: 'ssm:GetParameters', on: 'parameters', names: [resource] },
    ]);
  });

  it('a parameter by its ARN has versions and labels', () => {
    const definition = define({ a: param(z.string(), { name: PARAMETER_ARN, version: 3 }) });
    const { keys, access } = definition.plan(target);
    expect(keys[0]?.parameter).toBe(`${PARAMETER_ARN}:3`);
    expect(access[0]?.names).toEqual([PARAMETER_ARN]);
  });

  it.each([
    ['an ARN of a secret without its six characters', secret(z.string(), { id: SECRET_ARN.slice(0, -7) })],
    ['an ARN of another service', secret(z.string(), { id: 'arn:aws:s3:::bucket' })],
    ['a relative path', param(z.string(), { name: 'a/b' })],
    ['a blank', param(z.string(), { name: 'a b' })],
    ['another name of AWS', param(z.string(), { name: '/aws/reference/secretsmanager/x' })],
  ])('refuses %s', (_, schema) => {
    expect(() => define({ a: schema })).toThrow(/^Cannot define config key 'a': /);
  });

  it('grants exactly them', async () => {
    const config = define({
      db: secret(z.string(), { id: 'rds!cluster-1' }),
      far: secret(z.string(), { id: SECRET_ARN }),
      image: param(z.string(), { name: '/aws/service/ami' }),
      rate: param(z.string(), { name: 'tax-rate' }),
      shared: param(z.string(), { name: PARAMETER_ARN }),
    });
    const given: Record<string, string> = {
      module: 'app.ts',
      export: 'app',
      stage: 'dev',
      region: 'eu-west-1',
      account: '123456789012',
      partition: 'aws',
    };
    let stdout = '';
    await configPolicyCommand.run(
      { text: (name) => given[name] ?? '', optional: () => undefined, flag: () => false },
      { stdout: { write: (text) => (stdout += text) }, load: async () => ({ name: 'orders', config }) },
    );
    expect(JSON.parse(stdout).Statement.map(({ Resource }: { Resource: unknown }) => Resource)).toEqual([
      [
        'arn:aws:ssm:eu-west-1::parameter/aws/service/ami',
        'arn:aws:ssm:eu-west-1:123456789012:parameter/tax-rate',
        PARAMETER_ARN,
      ],
      ['arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-1-??????', SECRET_ARN],
    ]);
  });

  it('a fault of a secret that AWS owns gives no command that would overwrite it', async () => {
    const definition = define({ a: secret(z.string(), { id: 'rds!cluster-1' }) });
    await expect(loadConfig(definition, { ...target, aws: fakeStores() })).rejects.toMatchObject({
      faults: [{ reason: 'missing', supply: { secretId: 'rds!cluster-1' } }],
    });
  });
});

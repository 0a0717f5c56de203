import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { templateOf, useEndpoint } from './fixtures/use-endpoint.ts';

const { aws, clientOptions, run, runOne } = useEndpoint();

let secrets: SecretsManagerClient;
let ssm: SSMClient;
beforeAll(() => {
  secrets = new SecretsManagerClient(clientOptions());
  ssm = new SSMClient(clientOptions());
});
afterAll(() => {
  secrets.destroy();
  ssm.destroy();
});

const parameter = async (Name: string) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value;
const push = (Name: string, Value: string) =>
  ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
const secret = async (SecretId: string) => (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString;

describe('a value that a user pushed', () => {
  it('stays: a parameter', async () => {
    const template = (Value: string) => templateOf('AWS::SSM::Parameter', { Name: '/app/rate', Type: 'String', Value });
    await run(template('0.19'), {});
    await push('/app/rate', '0.07');
    const second = await run(template('0.19'), {});
    expect(second.outcomes.It).toBe('unchanged');
    expect(second.notes.It).toMatch(/pushed by a user/);
    expect((await run(template('0.5'), {})).outcomes.It).toBe('unchanged');
    expect((await run(template(''), {})).outcomes.It).toBe('unchanged');
    expect(await parameter('/app/rate')).toBe('0.07');
  });

  it('stays: a parameter that was there before the template', async () => {
    await push('/app/rate', '0.07');
    const { outcomes } = await runOne('AWS::SSM::Parameter', { Name: '/app/rate', Type: 'String', Value: '0.19' });
    expect(outcomes.It).toBe('unchanged');
    expect(await parameter('/app/rate')).toBe('0.07');
  });

  it('stays: the value of a secret, whether the template has one or not', async () => {
    const without = () => runOne('AWS::SecretsManager::Secret', { Name: 'app/key' });
    expect((await without()).outcomes.It).toBe('created');
    await secrets.send(new PutSecretValueCommand({ SecretId: 'app/key', SecretString: 'pushed' }));
    expect((await without()).outcomes.It).toBe('unchanged');
    const having = await runOne('AWS::SecretsManager::Secret', { Name: 'app/key', SecretString: 'from-template' });
    expect(having.outcomes.It).toBe('unchanged');
    const generating = { GenerateSecretString: { PasswordLength: 20 }, Name: 'app/key' };
    expect((await runOne('AWS::SecretsManager::Secret', generating)).outcomes.It).toBe('unchanged');
    expect(await secret('app/key')).toBe('pushed');
  });
});

describe('a secret', () => {
  it('that has no value yet gets the one of the template', async () => {
    await secrets.send(new CreateSecretCommand({ Name: 'app/key' }));
    const { outcomes } = await runOne('AWS::SecretsManager::Secret', { Name: 'app/key', SecretString: 'now' });
    expect(outcomes.It).toBe('updated');
    expect(await secret('app/key')).toBe('now');
  });

  it('that is marked for deletion is restored', async () => {
    const properties = { Name: 'app/key', SecretString: 'one' };
    await runOne('AWS::SecretsManager::Secret', properties);
    await secrets.send(new DeleteSecretCommand({ SecretId: 'app/key' }));
    const { outcomes, notes } = await runOne('AWS::SecretsManager::Secret', properties);
    expect([outcomes.It, notes.It]).toEqual(['updated', 'it was marked for deletion and is restored']);
    const described = await secrets.send(new DescribeSecretCommand({ SecretId: 'app/key' }));
    expect(described.DeletedDate).toBeUndefined();
  });
});

describe('names', () => {
  it('are made up from the stack for what the template leaves unnamed, the same each time', async () => {
    const template = {
      Resources: {
        Fifo: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true, ContentBasedDeduplication: 'true' } },
        Plain: { Type: 'AWS::SQS::Queue' },
        Topic: { Type: 'AWS::SNS::Topic', Properties: { FifoTopic: 'true' } },
        Secret: { Type: 'AWS::SecretsManager::Secret', Properties: {} },
      },
    };
    const first = await run(template, {});
    const url = `${aws().url}/123456789012`;
    expect([first.physicalId('Fifo'), first.physicalId('Plain')]).toEqual([
      `${url}/local-Fifo.fifo`,
      `${url}/local-Plain`,
    ]);
    expect(first.physicalId('Topic')).toBe('arn:aws:sns:eu-west-1:123456789012:local-Topic.fifo');
    const second = await run(template, {});
    expect(second.stack.resources).toEqual(first.stack.resources);
    expect(new Set(Object.values(second.outcomes))).toEqual(new Set(['unchanged']));
  });
});

describe('a parameter whose value is kept in Parameter Store', () => {
  const template = (isUsed: boolean) => ({
    Parameters: {
      Version: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/shared/version' },
      Zones: { Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: '/shared/zones' },
    },
    Resources: {},
    Outputs: isUsed
      ? { Both: { Value: { 'Fn::Join': [',', [{ Ref: 'Version' }, { 'Fn::Select': [1, { Ref: 'Zones' }] }]] } } }
      : {},
  });

  it('is read', async () => {
    await push('/shared/version', '7');
    await ssm.send(new PutParameterCommand({ Name: '/shared/zones', Value: 'a,b', Type: 'StringList' }));
    expect((await run(template(true), {})).stack.outputs).toEqual({ Both: '7,b' });
  });

  it('may be missing where nothing uses it', async () => {
    await run(template(false), {});
    const { stack, notes } = await run(template(true), {});
    expect(stack.outputs).toEqual({});
    expect(notes.Both).toContain('the value of Version names a parameter that Parameter Store does not have');
  });
});

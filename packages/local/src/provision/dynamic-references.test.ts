import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startLocalAws } from '../start.ts';
import { provision } from './provision.ts';

const options = (endpoint: string) => ({
  endpoint,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

// Source: CloudFormation user guide, "Get values stored in other services using dynamic
// references".
describe('dynamic references', () => {
  const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db';
  const template = {
    Resources: {
      Url: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/app/url', Type: 'String', Value: 'https://x' } },
      Db: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'db', SecretString: '{"user":"a","port":5432}' } },
      Copy: {
        Type: 'AWS::SecretsManager::Secret',
        DependsOn: ['Url', 'Db'],
        Properties: { SecretString: '{{resolve:ssm:/app/url}}/{{resolve:secretsmanager:db:SecretString:user}}' },
      },
      Fn: {
        Type: 'AWS::Lambda::Function',
        DependsOn: ['Db'],
        Properties: {
          Environment: {
            Variables: {
              PORT: `{{resolve:secretsmanager:${SECRET}:SecretString:port::}}`,
              USER: { 'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: 'Db' }, ':SecretString:user::}}']] },
            },
          },
        },
      },
    },
  };

  it('are resolved in what is made and in what is listed', async () => {
    await using aws = await startLocalAws();
    const stack = await provision(template, options(aws.url));
    const fn = stack.resources.find(({ logicalId }) => logicalId === 'Fn');
    expect(fn?.properties).toEqual({ Environment: { Variables: { PORT: '5432', USER: 'a' } } });
    expect(stack.resources.find(({ logicalId }) => logicalId === 'Copy')?.properties).toEqual({
      SecretString: 'https://x/a',
    });
  });

  it('to what is not there fail a resource that is made, and leave a note on one that is listed', async () => {
    await using aws = await startLocalAws();
    const Value = '{{resolve:ssm:/nope}}';
    const listed = { Resources: { Fn: { Type: 'AWS::Lambda::Function', Properties: { Description: Value } } } };
    const notes: Array<string | undefined> = [];
    await provision(listed, { ...options(aws.url), onProgress: ({ note }) => notes.push(note) });
    expect(notes).toEqual([expect.stringContaining('Cannot resolve {{resolve:ssm:/nope}}')]);
    const made = {
      Resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/a', Type: 'String', Value } } },
    };
    await expect(provision(made, options(aws.url))).rejects.toThrow(
      'Cannot provision P (AWS::SSM::Parameter): Cannot resolve {{resolve:ssm:/nope}}',
    );
  });

  it('to a key of a secret that is not JSON fail without showing the secret', async () => {
    await using aws = await startLocalAws();
    const Db = { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'db', SecretString: 'hush' } };
    const QueueName = '{{resolve:secretsmanager:db:SecretString:user}}';
    const Resources = { Db, Q: { Type: 'AWS::SQS::Queue', DependsOn: 'Db', Properties: { QueueName } } };
    const error: unknown = await provision({ Resources }, options(aws.url)).catch((reason: unknown) => reason);
    expect(inspect(error)).toContain(`Cannot resolve ${QueueName}: the secret db is not JSON`);
    expect(inspect(error)).not.toContain('hush');
  });
});

// Source: CloudFormation user guide, "Name type": generated names keep to the limits of their
// resources.
it('shortens generated names and adds a hash', async () => {
  await using aws = await startLocalAws();
  const long = 'Nested'.repeat(20);
  const queue = (properties: object) => ({ Type: 'AWS::SQS::Queue', Properties: properties });
  const Resources = { [`${long}A`]: queue({}), [`${long}B`]: queue({ FifoQueue: true }) };
  const names = async () =>
    (await provision({ Resources }, options(aws.url))).resources.map(({ physicalId }) => physicalId.split('/').at(-1));
  const [first, second] = await names();
  expect(first).toMatch(/^local-Nested\w+-[0-9A-F]{12}$/);
  expect(first).toHaveLength(75);
  expect(second).toMatch(/-[0-9A-F]{12}\.fifo$/);
  expect(first).not.toBe(second?.replace('.fifo', ''));
  expect(await names()).toEqual([first, second]);
});

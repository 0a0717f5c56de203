import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { PutParameterCommandInput } from '@aws-sdk/client-ssm';
import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  LabelParameterVersionCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';
import type { StoredParameter } from './parameter-types.ts';
import { checkCount } from './parameters.ts';

let aws: LocalAws;
let client: SSMClient;
let secrets: SecretsManagerClient;
beforeAll(async () => {
  aws = await startLocalAws();
  const options = {
    endpoint: aws.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  client = new SSMClient(options);
  secrets = new SecretsManagerClient(options);
});
afterAll(async () => {
  client.destroy();
  secrets.destroy();
  await aws.close();
});
beforeEach(() => aws.reset());

const put = (Name: string, Value: string, options: Partial<PutParameterCommandInput> = {}) =>
  client.send(new PutParameterCommand({ Name, Value, Type: 'String', ...options }));
const get = (Name: string, WithDecryption = false) => client.send(new GetParameterCommand({ Name, WithDecryption }));

const ARN = 'arn:aws:ssm:eu-west-1:123456789012:parameter';

describe('PutParameter', () => {
  it('stores a value that the three ways of reading it give', async () => {
    expect(await put('/orders/dev/rate', '0.19')).toMatchObject({ Version: 1, Tier: 'Standard' });
    const { Parameter } = await get('/orders/dev/rate');
    expect(Parameter).toMatchObject({
      Name: '/orders/dev/rate',
      ARN: `${ARN}/orders/dev/rate`,
      Type: 'String',
      Value: '0.19',
      Version: 1,
      DataType: 'text',
    });
    expect(Parameter?.LastModifiedDate?.getTime()).toBeGreaterThan(Date.UTC(2020, 0));
    const byName = await client.send(new GetParametersCommand({ Names: ['/orders/dev/rate'] }));
    expect(byName.Parameters).toEqual([Parameter]);
    const byPath = await client.send(new GetParametersByPathCommand({ Path: '/orders/dev' }));
    expect(byPath.Parameters).toEqual([Parameter]);
    expect((await get(`${ARN}/orders/dev/rate`)).Parameter).toEqual(Parameter);
  });

  it('keeps versions, and refuses to overwrite unasked', async () => {
    await put('/a', 'one', { Description: 'first' });
    await expect(put('/a', 'two')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
    expect((await get('/a')).Parameter?.Value).toBe('one');
    const second = await client.send(new PutParameterCommand({ Name: '/a', Value: 'two', Overwrite: true }));
    expect(second.Version).toBe(2);
    expect((await get('/a:1')).Parameter).toMatchObject({ Name: '/a', Value: 'one', Selector: ':1' });
    expect((await get('/a')).Parameter).toMatchObject({ Value: 'two', Version: 2, Type: 'String' });
    await expect(get('/a:3')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
    const { Parameters = [] } = await client.send(new GetParameterHistoryCommand({ Name: '/a' }));
    expect(Parameters.map(({ Version, Value, Description }) => [Version, Value, Description])).toEqual([
      [1, 'one', 'first'],
      [2, 'two', 'first'],
    ]);
  });

  it('drops the oldest of more than 100 versions, unless a label holds it', async () => {
    for (let version = 1; version <= 101; version += 1) await put('/many', `${version}`, { Overwrite: true });
    await expect(get('/many:1')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
    await client.send(new LabelParameterVersionCommand({ Name: '/many', ParameterVersion: 2, Labels: ['keep'] }));
    await expect(put('/many', 'more', { Overwrite: true })).rejects.toMatchObject({
      name: 'ParameterMaxVersionLimitExceeded',
    });
  });

  it('limits a value to 4,096 bytes, 8,192 in the advanced tier', async () => {
    await put('/full', 'é'.repeat(2048));
    await expect(put('/over', 'é'.repeat(2049))).rejects.toThrow(/Standard tier parameters support/);
    const intelligent = await put('/over', 'x'.repeat(4097), { Tier: 'Intelligent-Tiering' });
    expect(intelligent.Tier).toBe('Advanced');
    await put('/advanced', 'x'.repeat(8192), { Tier: 'Advanced' });
    await expect(put('/too-much', 'x'.repeat(8193), { Tier: 'Advanced' })).rejects.toThrow(/8192/);
    await expect(put('/advanced', 'x', { Tier: 'Standard', Overwrite: true })).rejects.toThrow(/downgrade/);
  });

  it.each([
    ['/a//b', 'ValidationException'],
    ['/a/', 'ValidationException'],
    ['a/b', 'ValidationException'],
    ['/a b', 'ValidationException'],
    ['/ünicode', 'ValidationException'],
    ['awsome', 'ValidationException'],
    ['/SSM/x', 'ValidationException'],
    ['/aws/x', 'AccessDeniedException'],
    ['/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16', 'HierarchyLevelLimitExceededException'],
    [`/${'x'.repeat(1000)}`, 'ValidationException'],
  ])('refuses the name %s', async (name, code) => {
    await expect(put(name, 'x')).rejects.toMatchObject({ name: code });
  });

  it('refuses a value that the pattern forbids, and says so without the value', async () => {
    const refusal = put('/port', 'not-a-port', { AllowedPattern: '^\\d+$' });
    await expect(refusal).rejects.toMatchObject({ name: 'ParameterPatternMismatchException' });
    await expect(refusal).rejects.not.toThrow(/not-a-port/);
    await put('/port', '80', { AllowedPattern: '^\\d+$' });
    await expect(put('/port', 'x', { Overwrite: true })).rejects.toMatchObject({
      name: 'ParameterPatternMismatchException',
    });
    await expect(put('/other', 'x', { AllowedPattern: '(' })).rejects.toMatchObject({
      name: 'InvalidAllowedPatternException',
    });
  });

  it('refuses what AWS refuses', async () => {
    await expect(client.send(new PutParameterCommand({ Name: '/a', Value: 'x' }))).rejects.toThrow(/type is required/);
    await expect(put('/a', '')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(put('/a', '{{resolve:ssm:/b}}')).rejects.toThrow(/can't nest/);
    await expect(put('/a', 'x', { KeyId: 'alias/mine' })).rejects.toThrow(/KeyId/);
    await put('/a', 'x', { Tags: [{ Key: 'team', Value: 'one' }] });
    await expect(put('/a', 'y', { Overwrite: true, Tags: [{ Key: 'team', Value: 'two' }] })).rejects.toThrow(
      /can't be used together/,
    );
  });
});

describe('a SecureString', () => {
  it('shows its value only with decryption', async () => {
    await put('/secret', 'plain-text', { Type: 'SecureString' });
    expect((await get('/secret', true)).Parameter).toMatchObject({ Type: 'SecureString', Value: 'plain-text' });
    const opaque = (await get('/secret')).Parameter?.Value ?? '';
    expect(opaque).toMatch(/^AQICAHh[A-Za-z0-9+/=]{100,}$/);
    expect(Buffer.from(opaque, 'base64').toString()).not.toContain('plain-text');
    expect((await get('/secret')).Parameter?.Value).toBe(opaque);
    const { Parameters } = await client.send(new GetParametersByPathCommand({ Path: '/' }));
    expect(Parameters?.[0]?.Value).toBe(opaque);
  });
});

describe('GetParameters', () => {
  it('lists on a 200 what it does not find', async () => {
    await put('/a', 'one');
    await put('b', 'two');
    const answer = await client.send(new GetParametersCommand({ Names: ['/a', '/missing', 'b', '/a:7', 'bad//name'] }));
    expect(answer.Parameters?.map(({ Value }) => Value)).toEqual(['one', 'two']);
    expect(answer.InvalidParameters).toEqual(['/missing', '/a:7', 'bad//name']);
  });

  it('takes one to ten names', async () => {
    const names = Array.from({ length: 11 }, (_, index) => `/n/${index}`);
    await expect(client.send(new GetParametersCommand({ Names: names }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(client.send(new GetParametersCommand({ Names: [] }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect((await client.send(new GetParametersCommand({ Names: names.slice(1) }))).InvalidParameters).toHaveLength(10);
  });

  it('finds a version by its label, which is on one version at a time', async () => {
    await put('/a', 'one');
    await put('/a', 'two', { Overwrite: true });
    const label = (ParameterVersion: number, ...Labels: string[]) =>
      client.send(new LabelParameterVersionCommand({ Name: '/a', ParameterVersion, Labels }));
    await label(1, 'live');
    expect((await get('/a:live')).Parameter).toMatchObject({ Value: 'one', Selector: ':live' });
    expect((await label(2, 'live', 'aws-mine', '1st')).InvalidLabels).toEqual(['aws-mine', '1st']);
    const { Parameters = [] } = await client.send(new GetParametersCommand({ Names: ['/a:live'] }));
    expect(Parameters.map(({ Value }) => Value)).toEqual(['two']);
    await expect(label(9, 'x')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
    await label(2, ...Array.from({ length: 9 }, (_, index) => `l${index}`));
    await expect(label(2, 'one-more')).rejects.toMatchObject({ name: 'ParameterVersionLabelLimitExceeded' });
  });
});

describe('GetParametersByPath', () => {
  const pages = async (input: { Path: string; Recursive?: boolean; MaxResults?: number }) => {
    const all: string[][] = [];
    let token: string | undefined;
    do {
      const page = await client.send(new GetParametersByPathCommand({ ...input, NextToken: token }));
      all.push((page.Parameters ?? []).map(({ Name = '' }) => Name));
      token = page.NextToken;
    } while (token !== undefined);
    return all;
  };

  it('gives pages of ten', async () => {
    for (let index = 0; index < 23; index += 1) await put(`/app/p${String(index).padStart(2, '0')}`, 'x');
    const found = await pages({ Path: '/app' });
    expect(found.map((page) => page.length)).toEqual([10, 10, 3]);
    expect(new Set(found.flat()).size).toBe(23);
    await expect(pages({ Path: '/app', MaxResults: 11 })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('gives an empty page that still has a NextToken, where what it read lies deeper', async () => {
    for (let index = 0; index < 12; index += 1) await put(`/app/deep/p${index}`, 'x');
    await put('/app/z', 'x');
    const found = await pages({ Path: '/app' });
    expect(found[0]).toEqual([]);
    expect(found.flat()).toEqual(['/app/z']);
    expect((await pages({ Path: '/app', Recursive: true })).flat()).toHaveLength(13);
  });

  it('keeps to whole levels, and to the region', async () => {
    await put('/app/a', 'x');
    await put('/apple/a', 'x');
    await put('top', 'x');
    expect((await pages({ Path: '/app/' })).flat()).toEqual(['/app/a']);
    expect((await pages({ Path: '/' })).flat()).toEqual(['top']);
    const elsewhere = new SSMClient({
      endpoint: aws.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const answer = await elsewhere.send(new GetParametersByPathCommand({ Path: '/app' }));
    elsewhere.destroy();
    expect(answer.Parameters).toEqual([]);
  });

  it('refuses a path without a leading slash and a token that is not its own', async () => {
    await expect(pages({ Path: 'app' })).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(
      client.send(new GetParametersByPathCommand({ Path: '/app', NextToken: 'nonsense' })),
    ).rejects.toMatchObject({ name: 'InvalidNextToken' });
  });
});

describe('a reference to a secret', () => {
  const reference = '/aws/reference/secretsmanager/orders/dev/payments';
  const create = () =>
    secrets.send(new CreateSecretCommand({ Name: 'orders/dev/payments', SecretString: 'first-value' }));

  it('reads the secret, by label too', async () => {
    const { ARN: arn } = await create();
    const second = await secrets.send(
      new PutSecretValueCommand({ SecretId: 'orders/dev/payments', SecretString: 'second-value' }),
    );
    const { Parameter } = await get(reference, true);
    expect(Parameter).toMatchObject({ Name: reference, ARN: arn, Type: 'SecureString', Value: 'second-value' });
    expect(JSON.parse(Parameter?.SourceResult ?? '')).toMatchObject({ name: 'orders/dev/payments', ARN: arn });
    expect((await get(`${reference}:AWSPREVIOUS`, true)).Parameter).toMatchObject({
      Value: 'first-value',
      Selector: ':AWSPREVIOUS',
    });
    expect((await get(`${reference}:${second.VersionId}`, true)).Parameter?.Value).toBe('second-value');
  });

  it('needs decryption, before the secret is looked up', async () => {
    await expect(get(reference)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'WithDecryption flag must be True for retrieving a Secret Manager secret.',
    });
  });

  it('fails GetParameter as AWS does where there is no such secret or label', async () => {
    const text = 'An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret';
    await expect(get(reference, true)).rejects.toMatchObject({
      name: 'ParameterNotFound',
      message: `${text} aws/reference/secretsmanager/orders/dev/paymentsnull not found.`,
    });
    await create();
    await expect(get(`${reference}:NONE`, true)).rejects.toMatchObject({
      name: 'ParameterNotFound',
      message: `${text} aws/reference/secretsmanager/orders/dev/payments:NONE not found.`,
    });
    await expect(get(`${reference}:`, true)).rejects.toMatchObject({ name: 'ValidationException' });
    await secrets.send(new DeleteSecretCommand({ SecretId: 'orders/dev/payments' }));
    await expect(get(reference, true)).rejects.toThrow('Invalid Request to Secrets Manager');
  });

  it('is one of the invalid parameters of GetParameters, which names both resources in the call log', async () => {
    const { ARN: arn } = await create();
    await put('/plain', 'x');
    aws.clearCalls();
    const missing = '/aws/reference/secretsmanager/missing';
    const answer = await client.send(
      new GetParametersCommand({ Names: ['/plain', reference, missing], WithDecryption: true }),
    );
    expect(answer.Parameters?.map(({ Value }) => Value)).toEqual(['x', 'first-value']);
    expect(answer.InvalidParameters).toEqual([missing]);
    expect(aws.calls().map(({ touched }) => touched)).toEqual([
      [
        { action: 'ssm:GetParameters', resource: `${ARN}/plain` },
        { action: 'ssm:GetParameters', resource: `${ARN}${reference}` },
        { action: 'secretsmanager:GetSecretValue', resource: arn },
        { action: 'ssm:GetParameters', resource: `${ARN}${missing}` },
        {
          action: 'secretsmanager:GetSecretValue',
          resource: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:missing',
        },
      ],
    ]);
  });
});

describe('the rest', () => {
  it('deletes', async () => {
    await put('/a', 'x');
    await put('/b', 'x');
    await client.send(new DeleteParameterCommand({ Name: '/a' }));
    await expect(client.send(new DeleteParameterCommand({ Name: '/a' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
    await expect(get('/a')).rejects.toMatchObject({ name: 'ParameterNotFound' });
    const answer = await client.send(new DeleteParametersCommand({ Names: ['/a', '/b'] }));
    expect(answer).toMatchObject({ DeletedParameters: ['/b'], InvalidParameters: ['/a'] });
  });

  it('describes without values, filtered and in pages', async () => {
    await put('/app/a', 'visible', { Description: 'the a', Tags: [{ Key: 'team', Value: 'one' }] });
    await put('/app/b', 'hidden', { Type: 'SecureString' });
    await put('/app/deep/c', 'x', { Type: 'StringList' });
    const names = async (Key: string, Option: string | undefined, ...Values: string[]) => {
      const { Parameters = [] } = await client.send(
        new DescribeParametersCommand({ ParameterFilters: [{ Key, Option, Values }] }),
      );
      return Parameters.map(({ Name }) => Name);
    };
    expect(await names('Name', 'BeginsWith', '/app/')).toEqual(['/app/a', '/app/b', '/app/deep/c']);
    expect(await names('Name', 'Contains', 'deep')).toEqual(['/app/deep/c']);
    expect(await names('Type', undefined, 'SecureString', 'StringList')).toEqual(['/app/b', '/app/deep/c']);
    expect(await names('Path', undefined, '/app')).toEqual(['/app/a', '/app/b']);
    expect(await names('Path', 'Recursive', '/app')).toHaveLength(3);
    expect(await names('tag:team', undefined, 'one')).toEqual(['/app/a']);
    await expect(names('Label', undefined, 'x')).rejects.toMatchObject({ name: 'InvalidFilterKey' });
    await expect(names('Type', 'Contains', 'x')).rejects.toMatchObject({ name: 'InvalidFilterOption' });
    const first = await client.send(new DescribeParametersCommand({ MaxResults: 2 }));
    expect(first.Parameters?.[0]).toMatchObject({ Name: '/app/a', ARN: `${ARN}/app/a`, Description: 'the a' });
    expect(JSON.stringify(first)).not.toMatch(/visible|hidden/);
    const rest = await client.send(new DescribeParametersCommand({ MaxResults: 2, NextToken: first.NextToken }));
    expect(rest.Parameters?.map(({ Name }) => Name)).toEqual(['/app/deep/c']);
    expect(rest.NextToken).toBeUndefined();
  });

  it('tags', async () => {
    await put('/a', 'x', { Tags: [{ Key: 'one', Value: '1' }] });
    const about = { ResourceType: 'Parameter', ResourceId: '/a' } as const;
    await client.send(new AddTagsToResourceCommand({ ...about, Tags: [{ Key: 'two', Value: '2' }] }));
    await client.send(new RemoveTagsFromResourceCommand({ ...about, TagKeys: ['one'] }));
    const { TagList } = await client.send(new ListTagsForResourceCommand(about));
    expect(TagList).toEqual([{ Key: 'two', Value: '2' }]);
    const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    await expect(client.send(new AddTagsToResourceCommand({ ...about, Tags: many }))).rejects.toMatchObject({
      name: 'TooManyTagsError',
    });
    await expect(
      client.send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: '/none' })),
    ).rejects.toMatchObject({ name: 'InvalidResourceId' });
  });
});

it('stops at 10,000 standard parameters, and lets advanced ones in', () => {
  const standard = { versions: [{ tier: 'Standard' }] } as unknown as StoredParameter; // all that is looked at
  const all = new Map(Array.from({ length: 9_999 }, (_, index) => [String(index), standard]));
  checkCount(all, 'Standard');
  all.set('last', standard);
  expect(() => checkCount(all, 'Standard')).toThrow(expect.objectContaining({ code: 'ParameterLimitExceeded' }));
  checkCount(all, 'Advanced');
});

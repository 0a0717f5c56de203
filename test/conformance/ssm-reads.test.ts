import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { AddTagsToResourceCommand, GetParametersByPathCommand, GetParametersCommand } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';

import {
  aws,
  byPath,
  describeAll,
  get,
  label,
  names,
  over,
  prepareParameters,
  put,
  secrets,
  ssm,
} from './ssm.fixture.ts';

prepareParameters();

describe('names, patterns and data types', () => {
  it('are refused as documented', async () => {
    const failing = (name: string, options: Partial<PutParameterCommandInput> = {}) =>
      expect(put(name, 'v', options)).rejects;
    for (const name of ['aws.x', 'ssm-x', '/ssm/x', 'a/b', '/a b', '/a//b', 'ä', '/']) {
      await failing(name).toMatchObject({ name: 'ValidationException' });
    }
    await failing('/aws/x').toMatchObject({ name: 'AccessDeniedException' });
    await put(`/${Array(15).fill('x').join('/')}`, 'v');
    await failing(`/${Array(16).fill('x').join('/')}`).toMatchObject({ name: 'HierarchyLevelLimitExceededException' });
    await failing('/p', { AllowedPattern: '(' }).toMatchObject({ name: 'InvalidAllowedPatternException' });
    await failing('/p', { AllowedPattern: '^\\d+$' }).toMatchObject({ name: 'ParameterPatternMismatchException' });
    await failing('/p', { DataType: 'Text' }).toMatchObject({ name: 'ValidationException' });
    await put('/p', '12', { AllowedPattern: '^\\d+$' });
    await expect(over('/p', 'x')).rejects.toMatchObject({ name: 'ParameterPatternMismatchException' });
    await expect(put('/p', '13')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
    await expect(over('/p', '1', { Tags: [{ Key: 'a', Value: 'b' }] })).rejects.toThrow(/tags and overwrite/);
  });

  it('take an image that is none on a 200, and change nothing', async () => {
    await put('/ami', 'ami-12345678', { DataType: 'aws:ec2:image' });
    await over('/ami', 'nonsense');
    expect(await get('/ami')).toMatchObject({ Value: 'ami-12345678', Version: 1, DataType: 'aws:ec2:image' });
    await put('/other', 'nonsense', { DataType: 'aws:ec2:image' });
    await expect(get('/other')).rejects.toMatchObject({ name: 'ParameterNotFound' });
  });

  it('let one of the puts that come in together through, at least, and number them without a gap', async () => {
    await put('/a', '0');
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => over('/a', String(index))));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.name] : []));
    expect(refused.filter((name) => name !== 'TooManyUpdates')).toEqual([]);
    expect((await get('/a'))?.Version).toBe(21 - refused.length);
    expect(refused.length).toBeLessThan(20);
  });
});

describe('GetParametersByPath', () => {
  it('filters after it has cut its pages, so that pages are short or empty and go on', async () => {
    for (let index = 0; index < 25; index += 1) {
      await put(`/app/p${String(index).padStart(2, '0')}`, 'v', { Type: index === 21 ? 'StringList' : 'String' });
    }
    const pages = await byPath({ Path: '/app', ParameterFilters: [{ Key: 'Type', Values: ['StringList'] }] });
    expect(pages).toEqual([[], [], ['/app/p21']]);
    expect((await byPath({ Path: '/app/' })).map((page) => page.length)).toEqual([10, 10, 5]);
    expect((await byPath({ Path: '/app', MaxResults: 4 }))[0]).toHaveLength(4);
  });

  it('picks versions by label', async () => {
    for (const name of ['/app/a', '/app/b/c']) {
      await put(name, 'old');
      await label(name, ['live']);
      await over(name, 'new');
    }
    const filters = { ParameterFilters: [{ Key: 'Label', Values: ['live'] }] };
    const { Parameters } = await ssm.send(
      new GetParametersByPathCommand({ Path: '/app', Recursive: true, ...filters }),
    );
    expect(Parameters).toMatchObject([
      { Name: '/app/a', Value: 'old', Version: 1 },
      { Name: '/app/b/c', Value: 'old', Version: 1 },
    ]);
    expect(await byPath({ Path: '/app', ...filters })).toEqual([['/app/a']]);
  });

  it('refuses filters that are not its own', async () => {
    const failing = (filter: { Key: string; Option?: string; Values?: string[] }) =>
      expect(byPath({ Path: '/a', ParameterFilters: [filter] })).rejects;
    for (const Key of ['Name', 'Path', 'Tier', 'DataType', 'tag:a']) {
      await failing({ Key, Values: ['x'] }).toMatchObject({ name: 'InvalidFilterKey' });
    }
    await failing({ Key: 'Nothing', Values: ['x'] }).toMatchObject({ name: 'ValidationException' });
    await failing({ Key: 'Label', Option: 'BeginsWith', Values: ['x'] }).toMatchObject({ name: 'InvalidFilterOption' });
    await failing({ Key: 'Type', Values: ['Text'] }).toMatchObject({ name: 'InvalidFilterValue' });
    await failing({ Key: 'Type' }).toMatchObject({ name: 'InvalidFilterValue' });
    await expect(byPath({ Path: 'a' })).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(ssm.send(new GetParametersByPathCommand({ Path: '/a', NextToken: '!' }))).rejects.toMatchObject({
      name: 'InvalidNextToken',
    });
  });
});

describe('DescribeParameters', () => {
  beforeEach(async () => {
    await put('/app/one', 'v', { Tags: [{ Key: 'team', Value: 'blue' }] });
    await put('/app/deep/two', 'v', { Type: 'StringList' });
    await put('/app/three', 'v', { Type: 'SecureString' });
    await put('other', 'v', { Tier: 'Advanced' });
    await ssm.send(
      new AddTagsToResourceCommand({
        ResourceType: 'Parameter',
        ResourceId: 'other',
        Tags: [{ Key: 'team', Value: 'red' }],
      }),
    );
  });

  it.each([
    [{ Key: 'Name', Values: ['/app/one', 'other'] }, ['/app/one', 'other']],
    [{ Key: 'Name', Option: 'BeginsWith', Values: ['/app/t', 'o'] }, ['/app/three', 'other']],
    [{ Key: 'Name', Option: 'Contains', Values: ['two'] }, ['/app/deep/two']],
    [{ Key: 'Path', Values: ['/app'] }, ['/app/one', '/app/three']],
    [{ Key: 'Path', Option: 'Recursive', Values: ['/app'] }, ['/app/deep/two', '/app/one', '/app/three']],
    [{ Key: 'Type', Option: 'BeginsWith', Values: ['Se'] }, ['/app/three']],
    [{ Key: 'Tier', Values: ['Advanced'] }, ['other']],
    [{ Key: 'KeyId', Values: ['alias/aws/ssm'] }, ['/app/three']],
    [{ Key: 'tag:team' }, ['/app/one', 'other']],
    [{ Key: 'tag:team', Values: ['red'] }, ['other']],
    [{ Key: 'DataType', Values: ['text'] }, ['/app/deep/two', '/app/one', '/app/three', 'other']],
  ])('filters by %j', async (filter, expected) => {
    expect(names(await describeAll({ ParameterFilters: [filter] }))).toEqual(expected);
  });

  it('has the older filters, and not both', async () => {
    expect(names(await describeAll({ Filters: [{ Key: 'Name', Values: ['/app/t'] }] }))).toEqual(['/app/three']);
    expect(names(await describeAll({ Filters: [{ Key: 'Type', Values: ['StringList'] }] }))).toEqual(['/app/deep/two']);
    await expect(
      describeAll({ Filters: [{ Key: 'Name', Values: ['a'] }], ParameterFilters: [{ Key: 'Name', Values: ['a'] }] }),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('refuses filters in their own words', async () => {
    const failing = (...ParameterFilters: Array<{ Key: string; Option?: string; Values?: string[] }>) =>
      expect(describeAll({ ParameterFilters })).rejects;
    await failing({ Key: 'Label', Values: ['x'] }).toMatchObject({ name: 'InvalidFilterKey' });
    await failing({ Key: 'Path', Option: 'Equals', Values: ['/a'] }).toMatchObject({ name: 'InvalidFilterOption' });
    await failing({ Key: 'Type', Option: 'Contains', Values: ['S'] }).toMatchObject({ name: 'InvalidFilterOption' });
    await failing({ Key: 'Path', Values: ['a'] }).toMatchObject({ name: 'ValidationException' });
    const twice = { Key: 'Name', Values: ['a'] };
    await failing(twice, twice).toMatchObject({ name: 'InvalidFilterKey' });
  });
});

describe('/aws/reference/secretsmanager/', () => {
  it('takes a version id and a stage, and does not list or write', async () => {
    const first = await secrets.send(new CreateSecretCommand({ Name: 'db/main', SecretString: 'one' }));
    await secrets.send(new PutSecretValueCommand({ SecretId: 'db/main', SecretString: 'two' }));
    const name = '/aws/reference/secretsmanager/db/main';
    expect(await get(name, true)).toMatchObject({ Name: name, Value: 'two', Type: 'SecureString', ARN: first.ARN });
    expect(await get(`${name}:AWSPREVIOUS`, true)).toMatchObject({ Value: 'one', Selector: ':AWSPREVIOUS' });
    expect(await get(`${name}:${first.VersionId}`, true)).toMatchObject({ Value: 'one' });
    await put('/plain', 'v');
    const { Parameters, InvalidParameters } = await ssm.send(
      new GetParametersCommand({ Names: [name, '/plain', '/none', `${name}x`], WithDecryption: true }),
    );
    expect([names(Parameters ?? []), InvalidParameters]).toEqual([
      [name, '/plain'],
      ['/none', `${name}x`],
    ]);
    expect(names(await describeAll())).toEqual(['/plain']);
    await expect(put(name, 'v')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(get(name)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe.skipIf(!hasAwsCli)('the AWS CLI (needs aws-cli)', { timeout: 180_000 }, () => {
  it('puts and reads a parameter by its path', async () => {
    await awsCli(aws.url, 'ssm', 'put-parameter', '--name', '/cli/a', '--value', 'x', '--type', 'SecureString');
    const answer = await awsCli(aws.url, 'ssm', 'get-parameters-by-path', '--path', '/cli', '--with-decryption');
    expect(answer).toMatchObject({ Parameters: [{ Name: '/cli/a', Value: 'x', Version: 1 }] });
    await expect(awsCli(aws.url, 'ssm', 'get-parameter', '--name', '/none')).rejects.toThrow(/ParameterNotFound/);
  });
});

import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type {
  DescribeParametersCommandInput,
  GetParametersByPathCommandInput,
  PutParameterCommandInput,
  PutResourcePolicyCommandInput,
} from '@aws-sdk/client-ssm';
import {
  AddTagsToResourceCommand,
  DeleteResourcePolicyCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  GetResourcePoliciesCommand,
  LabelParameterVersionCommand,
  PutParameterCommand,
  PutResourcePolicyCommand,
  SSMClient,
  UnlabelParameterVersionCommand,
} from '@aws-sdk/client-ssm';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';

const ARN = 'arn:aws:ssm:eu-west-1:123456789012:parameter';
const HOUR_MS = 3_600_000;
let aws: LocalAws;
let ssm: SSMClient;
let kms: KMSClient;
let secrets: SecretsManagerClient;
beforeAll(async () => {
  aws = await startLocalAws({ clock: createClock() });
  const settings = {
    endpoint: aws.url,
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  ssm = new SSMClient(settings);
  kms = new KMSClient(settings);
  secrets = new SecretsManagerClient(settings);
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

const put = (Name: string, Value: string, options: Partial<PutParameterCommandInput> = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', ...options }));
const over = (Name: string, Value: string, options: Partial<PutParameterCommandInput> = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true, ...options }));
const get = async (Name: string, WithDecryption = false) =>
  (await ssm.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter;
const label = (Name: string, Labels: string[], ParameterVersion?: number) =>
  ssm.send(new LabelParameterVersionCommand({ Name, Labels, ParameterVersion }));
const history = async (Name: string, options = {}) =>
  (await ssm.send(new GetParameterHistoryCommand({ Name, ...options }))).Parameters ?? [];
const describeAll = async (options: DescribeParametersCommandInput = {}) =>
  (await ssm.send(new DescribeParametersCommand(options))).Parameters ?? [];
const names = (parameters: ReadonlyArray<{ Name?: string | undefined }>) => parameters.map(({ Name }) => Name);

async function byPath(options: GetParametersByPathCommandInput) {
  const pages: Array<Array<string | undefined>> = [];
  let NextToken: string | undefined;
  do {
    const page = await ssm.send(new GetParametersByPathCommand({ ...options, NextToken }));
    pages.push(names(page.Parameters ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return pages;
}

describe('SecureString', () => {
  it("is encrypted under the account's own key, and KMS opens what is shown without decryption", async () => {
    await put('/a/secret', 's3cret', { Type: 'SecureString' });
    expect(await get('/a/secret', true)).toMatchObject({ Value: 's3cret', Type: 'SecureString' });
    const shown = (await get('/a/secret'))?.Value ?? '';
    expect(Buffer.from(shown, 'base64').toString()).not.toContain('s3cret');
    const opened = await kms.send(
      new DecryptCommand({
        CiphertextBlob: Buffer.from(shown, 'base64'),
        EncryptionContext: { PARAMETER_ARN: `${ARN}/a/secret` },
      }),
    );
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('s3cret');
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/aws/ssm' }));
    expect([opened.KeyId, KeyMetadata?.KeyManager]).toEqual([KeyMetadata?.Arn, 'AWS']);
    expect(await describeAll()).toMatchObject([{ KeyId: 'alias/aws/ssm' }]);
    expect(JSON.stringify(await history('/a/secret'))).not.toContain('s3cret');
    expect(await history('/a/secret', { WithDecryption: true })).toMatchObject([{ Value: 's3cret' }]);
  });

  it('under a key of its own needs that key, and keeps its name', async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.KeyId ?? '';
    await put('/a', '1', { Type: 'SecureString', KeyId });
    await put('/plain', '1');
    expect(aws.calls().find(({ operation }) => operation === 'PutParameter')?.touched).toEqual([
      { action: 'ssm:PutParameter', resource: `${ARN}/a` },
      { action: 'kms:Encrypt', resource: KeyMetadata?.Arn },
    ]);
    expect(await get('/a', true)).toMatchObject({ Value: '1' });
    expect(aws.calls().at(-1)?.touched).toContainEqual({ action: 'kms:Decrypt', resource: KeyMetadata?.Arn });
    await kms.send(new DisableKeyCommand({ KeyId }));
    const failed = { name: 'InvalidKeyId', message: `${KeyMetadata?.Arn} is disabled.` };
    await expect(get('/a', true)).rejects.toMatchObject(failed);
    expect((await get('/a'))?.Value).toMatch(/^AQICAH/);
    await expect(over('/a', '2', { KeyId })).rejects.toMatchObject(failed);
    const both = new GetParametersCommand({ Names: ['/plain', '/a'], WithDecryption: true });
    await expect(ssm.send(both)).rejects.toMatchObject(failed);
    await expect(byPath({ Path: '/', WithDecryption: true })).rejects.toMatchObject(failed);
    expect(await describeAll({ ParameterFilters: [{ Key: 'KeyId', Values: [KeyId] }] })).toMatchObject([
      { Name: '/a' },
    ]);
    await over('/a', '2');
    expect((await history('/a')).map((version) => version.KeyId)).toEqual([KeyId, 'alias/aws/ssm']);
  });

  it('refuses a key that is not there, and a key for what is not encrypted', async () => {
    await expect(put('/a', '1', { Type: 'SecureString', KeyId: 'alias/none' })).rejects.toMatchObject({
      name: 'InvalidKeyId',
    });
    await expect(get('/a')).rejects.toMatchObject({ name: 'ParameterNotFound' });
    await expect(put('/a', '1', { KeyId: 'alias/aws/ssm' })).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('labels', () => {
  it('move from version to version, and are taken off', async () => {
    await put('/a', '1');
    await over('/a', '2');
    expect(await label('/a', ['live', 'next'], 1)).toMatchObject({ InvalidLabels: [], ParameterVersion: 1 });
    expect(await label('/a', ['live'])).toMatchObject({ ParameterVersion: 2 });
    expect(await get('/a:live')).toMatchObject({ Value: '2', Version: 2, Selector: ':live' });
    expect((await history('/a')).map(({ Labels }) => Labels)).toEqual([['next'], ['live']]);
    const unlabel = (ParameterVersion: number, Labels: string[]) =>
      ssm.send(new UnlabelParameterVersionCommand({ Name: '/a', ParameterVersion, Labels }));
    expect(await unlabel(1, ['next', 'live'])).toMatchObject({ RemovedLabels: ['next'], InvalidLabels: ['live'] });
    await expect(get('/a:next')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
    await expect(unlabel(9, ['x'])).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
  });

  it('that AWS does not allow come back on a 200, and more than ten are refused', async () => {
    await put('/a', '1');
    const bad = ['1st', 'awsome', 'SSM', 'a b', 'ä'];
    expect((await label('/a', ['ok', ...bad])).InvalidLabels).toEqual(bad);
    await label(
      '/a',
      Array.from({ length: 9 }, (_, index) => `l${index}`),
    );
    await expect(label('/a', ['eleventh'])).rejects.toMatchObject({ name: 'ParameterVersionLabelLimitExceeded' });
    expect((await history('/a'))[0]?.Labels).toHaveLength(10);
    await expect(label('/a', ['x'.repeat(101)])).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('hold the oldest of a hundred versions', async () => {
    await put('/a', '1');
    await label('/a', ['keep']);
    for (let version = 2; version <= 100; version += 1) await over('/a', String(version));
    await expect(over('/a', '101')).rejects.toMatchObject({
      name: 'ParameterMaxVersionLimitExceeded',
      message: expect.stringContaining("Version 1, the oldest version, can't be deleted"),
    });
    await label('/a', ['keep'], 2);
    expect((await over('/a', '101')).Version).toBe(101);
    await expect(get('/a:1')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
    const first = await ssm.send(new GetParameterHistoryCommand({ Name: '/a', MaxResults: 30 }));
    const second = await ssm.send(
      new GetParameterHistoryCommand({ Name: '/a', MaxResults: 30, NextToken: first.NextToken }),
    );
    expect([first.Parameters?.[0]?.Version, second.Parameters?.[0]?.Version]).toEqual([2, 32]);
  });
});

describe('versions and labels', () => {
  it('are what a simple model says', async () => {
    const labelNames = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('put' as const),
        value: fc.string({ minLength: 1, maxLength: 5, unit: fc.constantFrom('x', 'y', 'z') }),
      }),
      fc.record({ kind: fc.constant('label' as const), name: labelNames, version: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ kind: fc.constant('unlabel' as const), name: labelNames, version: fc.integer({ min: 1, max: 6 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        aws.reset();
        const values = ['first'];
        const labels = new Map<string, number>();
        await put('/p', 'first', { Type: 'SecureString' });
        for (const { kind, ...rest } of steps) {
          if (kind === 'put' && 'value' in rest) {
            expect((await over('/p', rest.value)).Version).toBe(values.push(rest.value));
          } else if ('name' in rest) {
            const { name, version } = rest;
            const call =
              kind === 'label'
                ? label('/p', [name], version)
                : ssm.send(
                    new UnlabelParameterVersionCommand({ Name: '/p', ParameterVersion: version, Labels: [name] }),
                  );
            if (version > values.length) await expect(call).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
            else await call;
            if (version > values.length) continue;
            if (kind === 'label') labels.set(name, version);
            else if (labels.get(name) === version) labels.delete(name);
          }
        }
        const kept = await history('/p', { WithDecryption: true });
        expect(kept.map(({ Version, Value, Labels }) => [Version, Value, Labels])).toEqual(
          values.map((value, index) => [
            index + 1,
            value,
            [...labels].flatMap(([name, version]) => (version === index + 1 ? [name] : [])).sort(),
          ]),
        );
        for (const [name, version] of labels) expect((await get(`/p:${name}`, true))?.Version).toBe(version);
      }),
      { numRuns: 30 },
    );
  });
});

describe('tiers and policies', () => {
  it('choose, keep and refuse tiers by size', async () => {
    const big = 'a'.repeat(4097);
    await expect(put('/a', big)).rejects.toMatchObject({ name: 'ValidationException' });
    expect((await put('/a', 'small', { Tier: 'Intelligent-Tiering' })).Tier).toBe('Standard');
    expect((await over('/a', big, { Tier: 'Intelligent-Tiering' })).Tier).toBe('Advanced');
    expect((await over('/a', 'small')).Tier).toBe('Advanced');
    await expect(over('/a', 'small', { Tier: 'Standard' })).rejects.toThrow(/can't downgrade/);
    await expect(over('/a', 'a'.repeat(8193))).rejects.toMatchObject({ name: 'ValidationException' });
    expect(names(await describeAll({ ParameterFilters: [{ Key: 'Tier', Values: ['Advanced'] }] }))).toEqual(['/a']);
  });

  const expiration = (ms: number) => ({
    Type: 'Expiration',
    Version: '1.0',
    Attributes: { Timestamp: new Date(aws.clock.now() + ms).toISOString() },
  });
  const policies = (...list: object[]) => ({ Tier: 'Advanced' as const, Policies: JSON.stringify(list) });

  it('expire a parameter on the clock, whatever its later versions are', async () => {
    const notice = { Type: 'ExpirationNotification', Version: '1.0', Attributes: { Before: '2', Unit: 'Hours' } };
    const idle = { Type: 'NoChangeNotification', Version: '1.0', Attributes: { After: '20', Unit: 'Days' } };
    await put('/a', '1', policies(expiration(5 * HOUR_MS), notice, idle));
    await over('/a', '2');
    const statuses = async () =>
      (await describeAll())[0]?.Policies?.map(({ PolicyType, PolicyStatus }) => [PolicyType, PolicyStatus]);
    expect(await statuses()).toEqual([
      ['Expiration', 'Pending'],
      ['ExpirationNotification', 'Pending'],
      ['NoChangeNotification', 'Pending'],
    ]);
    aws.clock.advance(4 * HOUR_MS);
    expect((await statuses())?.[1]).toEqual(['ExpirationNotification', 'Finished']);
    expect((await get('/a'))?.Value).toBe('2');
    aws.clock.advance(HOUR_MS);
    await expect(get('/a')).rejects.toMatchObject({ name: 'ParameterNotFound' });
    expect((await put('/a', 'new')).Version).toBe(1);
  });

  it('go when an empty policy is sent', async () => {
    await put('/a', '1', policies(expiration(HOUR_MS)));
    await over('/a', '2', { Policies: '[{}]' });
    aws.clock.advance(2 * HOUR_MS);
    expect((await get('/a'))?.Value).toBe('2');
  });

  it('are refused by name', async () => {
    const failing = (options: Partial<PutParameterCommandInput>) => expect(put('/a', '1', options)).rejects;
    const named = (name: string) => ({ name });
    await failing({ Policies: JSON.stringify([expiration(HOUR_MS)]) }).toMatchObject(named('ValidationException'));
    await failing({ ...policies(), Policies: 'no' }).toMatchObject(named('ValidationException'));
    await failing(policies(expiration(1), expiration(2))).toMatchObject(named('IncompatiblePolicyException'));
    await failing(policies(...Array(11).fill(expiration(1)))).toMatchObject(named('PoliciesLimitExceededException'));
    await failing(policies({ ...expiration(1), Type: 'Other' })).toMatchObject(named('InvalidPolicyTypeException'));
    for (const policy of [
      expiration(-1000),
      { ...expiration(1), Version: '2.0' },
      { ...expiration(1), Attributes: { Timestamp: 'tomorrow' } },
      { Type: 'NoChangeNotification', Version: '1.0', Attributes: { After: '1', Unit: 'Weeks' } },
      { Type: 'ExpirationNotification', Version: '1.0', Attributes: { Before: '0', Unit: 'Days' } },
    ]) {
      await failing(policies(policy)).toMatchObject(named('InvalidPolicyAttributeException'));
    }
    await expect(get('/a')).rejects.toMatchObject(named('ParameterNotFound'));
  });
});

describe('resource policies', () => {
  const POLICY = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'ssm:GetParameter', Resource: '*' }],
  });
  const ResourceArn = `${ARN}/shared`;
  const share = (more: Partial<PutResourcePolicyCommandInput> = {}) =>
    ssm.send(new PutResourcePolicyCommand({ ResourceArn, Policy: POLICY, ...more }));
  const list = async (page: { MaxResults?: number; NextToken?: string } = {}) =>
    ssm.send(new GetResourcePoliciesCommand({ ResourceArn, ...page }));

  it('are attached, changed by the hash of the last version, listed in pages and taken away', async () => {
    await put('/shared', '1', { Tier: 'Advanced' });
    const first = await share();
    const second = await share();
    expect(first.PolicyId).not.toBe(second.PolicyId);
    const changed = await share({ ...first, Policy: POLICY.replace('111122223333', '444455556666') });
    expect(changed).toMatchObject({ PolicyId: first.PolicyId });
    await expect(share({ ...first })).rejects.toMatchObject({ name: 'ResourcePolicyConflictException' });
    const page = await list({ MaxResults: 1 });
    const rest = await list({ MaxResults: 1, NextToken: page.NextToken ?? '' });
    expect(rest.NextToken).toBeUndefined();
    expect([...(page.Policies ?? []), ...(rest.Policies ?? [])]).toHaveLength(2);
    await ssm.send(
      new DeleteResourcePolicyCommand({ ResourceArn, PolicyId: changed.PolicyId, PolicyHash: changed.PolicyHash }),
    );
    expect((await list()).Policies).toEqual([
      { PolicyId: second.PolicyId, PolicyHash: second.PolicyHash, Policy: POLICY },
    ]);
    expect(aws.calls({ operation: 'PutResourcePolicy' })[0]?.touched).toEqual([
      { action: 'ssm:PutResourcePolicy', resource: ResourceArn },
    ]);
  });

  it('are refused by name', async () => {
    await put('/shared', '1', { Tier: 'Advanced' });
    await put('/plain', '1');
    const name = (call: Promise<unknown>) => call.then(String, ({ name: thrown }: Error) => thrown);
    expect(await name(share({ ResourceArn: `${ARN}/none` }))).toBe('ResourceNotFoundException');
    expect(await name(share({ ResourceArn: `${ARN}/plain` }))).toBe('ResourcePolicyInvalidParameterException');
    expect(await name(share({ Policy: '{' }))).toBe('MalformedResourcePolicyDocumentException');
    expect(await name(share({ Policy: `${POLICY}${' '.repeat(1024)}` }))).toBe('ResourcePolicyLimitExceededException');
    expect(await name(share({ PolicyHash: 'x' }))).toBe('ResourcePolicyInvalidParameterException');
    expect(await name(share({ PolicyId: 'x', PolicyHash: 'x' }))).toBe('ResourcePolicyNotFoundException');
  });
});

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

describe.runIf(hasAwsCli)('the AWS CLI', { timeout: 180_000 }, () => {
  it('puts and reads a parameter by its path', async () => {
    await awsCli(aws.url, 'ssm', 'put-parameter', '--name', '/cli/a', '--value', 'x', '--type', 'SecureString');
    const answer = await awsCli(aws.url, 'ssm', 'get-parameters-by-path', '--path', '/cli', '--with-decryption');
    expect(answer).toMatchObject({ Parameters: [{ Name: '/cli/a', Value: 'x', Version: 1 }] });
    await expect(awsCli(aws.url, 'ssm', 'get-parameter', '--name', '/none')).rejects.toThrow(/ParameterNotFound/);
  });
});

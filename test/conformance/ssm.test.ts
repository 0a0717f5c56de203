import { CreateKeyCommand, DecryptCommand, DescribeKeyCommand, DisableKeyCommand } from '@aws-sdk/client-kms';
import type { PutParameterCommandInput, PutResourcePolicyCommandInput } from '@aws-sdk/client-ssm';
import {
  DeleteResourcePolicyCommand,
  GetParameterHistoryCommand,
  GetParametersCommand,
  GetResourcePoliciesCommand,
  PutResourcePolicyCommand,
  UnlabelParameterVersionCommand,
} from '@aws-sdk/client-ssm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ARN,
  aws,
  byPath,
  describeAll,
  get,
  kms,
  label,
  names,
  over,
  prepareParameters,
  put,
  ssm,
} from './ssm.fixture.ts';

prepareParameters();

const HOUR_MS = 3_600_000;

const history = async (Name: string, options = {}) =>
  (await ssm.send(new GetParameterHistoryCommand({ Name, ...options }))).Parameters ?? [];

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

  it('under another key needs that key, and keeps its name', async () => {
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

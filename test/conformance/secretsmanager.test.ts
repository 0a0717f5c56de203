import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand } from '@aws-sdk/client-kms';
import type { ListSecretsCommandInput } from '@aws-sdk/client-secrets-manager';
import {
  BatchGetSecretValueCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  GetResourcePolicyCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  RestoreSecretCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  ValidateResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';
import {
  aws,
  client,
  create,
  DAY_MS,
  describeSecret,
  get,
  kms,
  prepareSecrets,
  put,
} from './secretsmanager.fixture.ts';

prepareSecrets();

const list = async (options: ListSecretsCommandInput = {}) =>
  ((await client.send(new ListSecretsCommand(options))).SecretList ?? []).map(({ Name }) => Name);

describe('staging labels', () => {
  it('are at most twenty', async () => {
    await create('a');
    const VersionStages = Array.from({ length: 18 }, (_, index) => `S${index}`);
    const { VersionId } = await put('a', 'two', { VersionStages });
    const attach = (VersionStage: string) =>
      client.send(new UpdateSecretVersionStageCommand({ SecretId: 'a', VersionStage, MoveToVersionId: VersionId }));
    await attach('S18');
    await expect(attach('S19')).rejects.toMatchObject({ name: 'LimitExceededException' });
    await expect(put('a', 'three', { VersionStages: ['S19'] })).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
  });

  it('are what a simple model says', async () => {
    const stage = fc.constantFrom('AWSCURRENT', 'AWSPENDING', 'MINE');
    const step = fc.oneof(
      fc.record({ kind: fc.constant('put' as const), stages: fc.uniqueArray(stage, { minLength: 1 }) }),
      fc.record({ kind: fc.constant('move' as const), stage, to: fc.nat(5) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        aws.reset();
        const ids = [(await create('a', 'v0')).VersionId ?? ''];
        const holder = new Map([['AWSCURRENT', 0]]);
        const move = (name: string, to: number) => {
          const from = holder.get(name);
          if (from === to) return;
          holder.set(name, to);
          if (name !== 'AWSCURRENT' || from === undefined) return;
          if (holder.get('AWSPENDING') === from) holder.delete('AWSPENDING');
          if (holder.get('AWSPREVIOUS') === to) holder.delete('AWSPREVIOUS');
          holder.set('AWSPREVIOUS', from);
        };
        for (const taken of steps) {
          if (taken.kind === 'put') {
            ids.push((await put('a', `v${ids.length}`, { VersionStages: taken.stages })).VersionId ?? '');
            for (const name of taken.stages) move(name, ids.length - 1);
          } else if (taken.to < ids.length) {
            const from = holder.get(taken.stage);
            await client.send(
              new UpdateSecretVersionStageCommand({
                SecretId: 'a',
                VersionStage: taken.stage,
                MoveToVersionId: ids[taken.to],
                RemoveFromVersionId: from === undefined ? undefined : ids[from],
              }),
            );
            move(taken.stage, taken.to);
          }
        }
        const { VersionIdsToStages = {} } = await describeSecret('a');
        const actual = Object.entries(VersionIdsToStages).flatMap(([id, names]) =>
          names.map((name) => [name, ids.indexOf(id)] as const),
        );
        expect(new Map(actual)).toEqual(holder);
        for (const [name, index] of holder) {
          expect((await get('a', { VersionStage: name })).SecretString).toBe(`v${index}`);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('keep their versions; those without go when there are a hundred, a day later', async () => {
    const first = await create('a');
    for (let index = 0; index < 101; index += 1) await put('a', `v${index}`);
    const all = async () =>
      (await client.send(new ListSecretVersionIdsCommand({ SecretId: 'a', IncludeDeprecated: true }))).NextToken;
    expect(await all()).toBeDefined();
    expect((await get('a', { VersionId: first.VersionId })).SecretString).toBe('one');
    aws.clock.advance(DAY_MS);
    await put('a', 'last');
    expect(await all()).toBeUndefined();
    await expect(get('a', { VersionId: first.VersionId })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('KMS', () => {
  it('encrypts values, and a key that is disabled stops reading and writing', async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const KmsKeyId = KeyMetadata?.KeyId ?? '';
    await create('a', 'one', { KmsKeyId });
    await create('b');
    expect((await get('a')).SecretString).toBe('one');
    expect(aws.calls().at(-1)?.touched).toContainEqual({ action: 'kms:Decrypt', resource: KeyMetadata?.Arn });
    await kms.send(new DisableKeyCommand({ KeyId: KmsKeyId }));
    await expect(get('a')).rejects.toMatchObject({ name: 'DecryptionFailure' });
    await expect(put('a', 'two')).rejects.toMatchObject({ name: 'EncryptionFailure' });
    await expect(create('c', 'x', { KmsKeyId })).rejects.toMatchObject({ name: 'EncryptionFailure' });
    const batch = await client.send(new BatchGetSecretValueCommand({ SecretIdList: ['a', 'b'] }));
    expect(batch.SecretValues).toMatchObject([{ Name: 'b', SecretString: 'one' }]);
    expect(batch.Errors).toMatchObject([{ SecretId: 'a', ErrorCode: 'DecryptionFailure' }]);
    await kms.send(new EnableKeyCommand({ KeyId: KmsKeyId }));
    await client.send(new UpdateSecretCommand({ SecretId: 'a', KmsKeyId: 'alias/aws/secretsmanager' }));
    await kms.send(new DisableKeyCommand({ KeyId: KmsKeyId }));
    expect((await get('a')).SecretString).toBe('one');
  });
});

describe('deletion', () => {
  it('waits for its window, on the clock, and can be taken back', async () => {
    const { ARN } = await create('a');
    const remove = (options = {}) => client.send(new DeleteSecretCommand({ SecretId: 'a', ...options }));
    for (const RecoveryWindowInDays of [6, 31]) {
      await expect(remove({ RecoveryWindowInDays })).rejects.toMatchObject({ name: 'InvalidParameterException' });
    }
    await remove({ RecoveryWindowInDays: 7 });
    await expect(get('a')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(create('a')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    expect(await list()).toEqual([]);
    expect(await list({ IncludePlannedDeletion: true })).toEqual(['a']);
    await client.send(new RestoreSecretCommand({ SecretId: 'a' }));
    expect((await get('a')).SecretString).toBe('one');
    await remove({ RecoveryWindowInDays: 7 });
    aws.clock.advance(7 * DAY_MS);
    await expect(describeSecret('a')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect((await create('a')).ARN).not.toBe(ARN);
    await remove({ ForceDeleteWithoutRecovery: true });
    await expect(describeSecret('a')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('resource policies', () => {
  const statement = (Principal: unknown) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal, Action: 'secretsmanager:GetSecretValue', Resource: '*' },
    });
  const mine = statement({ AWS: 'arn:aws:iam::123456789012:role/reader' });

  it('are kept, checked and taken away', async () => {
    await create('a');
    const set = (ResourcePolicy: string, BlockPublicPolicy = false) =>
      client.send(new PutResourcePolicyCommand({ SecretId: 'a', ResourcePolicy, BlockPublicPolicy }));
    const policy = async () => (await client.send(new GetResourcePolicyCommand({ SecretId: 'a' }))).ResourcePolicy;
    expect(await policy()).toBeUndefined();
    await set(mine, true);
    expect(await policy()).toBe(mine);
    await expect(set('{}')).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
    await expect(set(statement('*'), true)).rejects.toMatchObject({ name: 'PublicPolicyException' });
    expect(await policy()).toBe(mine);
    const validate = (ResourcePolicy: string) => client.send(new ValidateResourcePolicyCommand({ ResourcePolicy }));
    expect(await validate(mine)).toMatchObject({ PolicyValidationPassed: true, ValidationErrors: [] });
    expect(await validate(statement({ AWS: '*' }))).toMatchObject({ PolicyValidationPassed: false });
    await client.send(new DeleteResourcePolicyCommand({ SecretId: 'a' }));
    expect(await policy()).toBeUndefined();
  });
});

describe('ListSecrets', () => {
  it('sorts by each field, both ways, across pages', async () => {
    for (const name of ['b', 'c', 'a']) {
      await create(name);
      aws.clock.advance(DAY_MS);
    }
    await put('b', 'later');
    expect(await list({ SortBy: 'name' })).toEqual(['a', 'b', 'c']);
    expect(await list({ SortBy: 'name', SortOrder: 'desc' })).toEqual(['c', 'b', 'a']);
    expect(await list({ SortBy: 'created-date' })).toEqual(['b', 'c', 'a']);
    expect(await list({ SortBy: 'last-changed-date', SortOrder: 'desc' })).toEqual(['b', 'a', 'c']);
    const paged: Array<string | undefined> = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(
        new ListSecretsCommand({ SortBy: 'created-date', SortOrder: 'desc', MaxResults: 2, NextToken }),
      );
      paged.push(...(page.SecretList ?? []).map(({ Name }) => Name));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(paged).toEqual(['a', 'c', 'b']);
  });
});

describe.skipIf(!hasAwsCli)('the AWS CLI (needs aws-cli)', { timeout: 180_000 }, () => {
  it('creates and reads a secret', async () => {
    await awsCli(aws.url, 'secretsmanager', 'create-secret', '--name', 'cli', '--secret-string', 'x');
    const answer = await awsCli(aws.url, 'secretsmanager', 'get-secret-value', '--secret-id', 'cli');
    expect(answer).toMatchObject({ Name: 'cli', SecretString: 'x', VersionStages: ['AWSCURRENT'] });
  });
});

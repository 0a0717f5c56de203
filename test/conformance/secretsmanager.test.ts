import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { ListSecretsCommandInput, RotateSecretCommandInput } from '@aws-sdk/client-secrets-manager';
import {
  BatchGetSecretValueCommand,
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  ValidateResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';
import { eventually } from './eventually.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:rotate';
let aws: LocalAws;
let client: SecretsManagerClient;
let kms: KMSClient;
const settings = () => ({
  endpoint: aws.url,
  region: 'eu-west-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
beforeAll(async () => {
  // A Monday, 10:30 UTC.
  aws = await startLocalAws({ clock: createClock(() => Date.UTC(2026, 10, 23, 10, 30)) });
  client = new SecretsManagerClient(settings());
  kms = new KMSClient(settings());
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

const create = (Name: string, SecretString: string | undefined = 'one', options = {}) =>
  client.send(new CreateSecretCommand({ Name, SecretString, ...options }));
const get = (SecretId: string, options = {}) => client.send(new GetSecretValueCommand({ SecretId, ...options }));
const put = (SecretId: string, SecretString: string, options = {}) =>
  client.send(new PutSecretValueCommand({ SecretId, SecretString, ...options }));
const describeSecret = (SecretId: string) => client.send(new DescribeSecretCommand({ SecretId }));
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

describe('RotateSecret', () => {
  interface RotationEvent {
    readonly Step: string;
    readonly SecretId: string;
    readonly ClientRequestToken: string;
  }
  let steps: string[];
  let failAt: string | undefined;
  /** A rotation function as the templates of AWS are: through the API alone. */
  async function rotateFunction(event: unknown): Promise<void> {
    const { Step, SecretId, ClientRequestToken } = event as RotationEvent; // the contract of rotation functions
    steps.push(Step);
    const { VersionIdsToStages = {}, RotationEnabled } = await describeSecret(SecretId);
    expect(RotationEnabled).toBe(true);
    expect(VersionIdsToStages[ClientRequestToken]).toContain('AWSPENDING');
    if (Step === failAt) throw new Error(`cannot ${Step}`);
    if (Step === 'createSecret') {
      await expect(get(SecretId, { VersionStage: 'AWSPENDING' })).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
      const { SecretString } = await get(SecretId);
      await put(SecretId, `${SecretString}+`, { ClientRequestToken, VersionStages: ['AWSPENDING'] });
    }
    if (Step !== 'finishSecret') return;
    const current = Object.keys(VersionIdsToStages).find((id) => VersionIdsToStages[id]?.includes('AWSCURRENT'));
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: ClientRequestToken,
        RemoveFromVersionId: current,
      }),
    );
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId,
        VersionStage: 'AWSPENDING',
        RemoveFromVersionId: ClientRequestToken,
      }),
    );
  }
  let remove: () => void;
  beforeEach(() => {
    steps = [];
    failAt = undefined;
    remove = aws.functions.register(FUNCTION, rotateFunction);
    return () => remove();
  });
  const rotate = (options: Partial<RotateSecretCommandInput> = {}) =>
    client.send(new RotateSecretCommand({ SecretId: 'a', RotationLambdaARN: FUNCTION, ...options }));
  const rotated = (value: string) =>
    eventually(async () => {
      expect((await get('a')).SecretString).toBe(value);
      expect(steps.at(-1)).toBe('finishSecret');
      expect((await describeSecret('a')).LastRotatedDate).toBeDefined();
    });
  const ALL = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

  it('runs the four steps, and the old value is the previous one', async () => {
    await create('a');
    const ClientRequestToken = randomUUID();
    expect(await rotate({ ClientRequestToken })).toMatchObject({ VersionId: ClientRequestToken });
    await rotated('one+');
    expect(steps).toEqual(ALL);
    expect((await get('a')).VersionId).toBe(ClientRequestToken);
    expect((await get('a', { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('one');
    expect(await rotate({ ClientRequestToken })).toMatchObject({ VersionId: ClientRequestToken });
    expect(steps).toEqual(ALL);
  });

  it('goes on by the days, on the clock, until it is cancelled', async () => {
    await create('a');
    await rotate({ RotationRules: { AutomaticallyAfterDays: 30 } });
    await rotated('one+');
    const { NextRotationDate, RotationRules } = await describeSecret('a');
    expect(RotationRules).toEqual({ AutomaticallyAfterDays: 30 });
    expect(NextRotationDate?.getTime()).toBe(Math.floor(aws.clock.now()) + 30 * DAY_MS);
    aws.clock.advance(30 * DAY_MS - HOUR_MS);
    expect(steps).toEqual(ALL);
    aws.clock.advance(2 * HOUR_MS);
    await rotated('one++');
    await client.send(new CancelRotateSecretCommand({ SecretId: 'a' }));
    expect(await describeSecret('a')).toMatchObject({ RotationEnabled: false, RotationLambdaARN: FUNCTION });
    aws.clock.advance(31 * DAY_MS);
    expect((await get('a')).SecretString).toBe('one++');
    expect(steps).toHaveLength(8);
  });

  it('takes an unfinished rotation up again', async () => {
    await create('a');
    failAt = 'testSecret';
    const { VersionId } = await rotate();
    await eventually(() => expect(steps).toEqual(ALL.slice(0, 3)));
    expect((await get('a')).SecretString).toBe('one');
    expect((await get('a', { VersionStage: 'AWSPENDING' })).VersionId).toBe(VersionId);
    aws.functions.register(FUNCTION, async (event) => {
      const { Step } = event as RotationEvent; // the contract of rotation functions
      if (Step === 'createSecret') steps.push('createSecret again');
      else await rotateFunction(event);
    });
    failAt = undefined;
    await expect(rotate()).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: "A previous rotation isn't complete. That rotation will be reattempted.",
    });
    await rotated('one+');
    expect((await get('a')).VersionId).toBe(VersionId);
  });

  it('later only tests, and leaves no version behind', async () => {
    await create('a');
    await rotate({ RotateImmediately: false, RotationRules: { ScheduleExpression: 'rate(10 days)' } });
    await eventually(async () => {
      expect(steps).toEqual(['testSecret']);
      expect(Object.keys((await describeSecret('a')).VersionIdsToStages ?? {})).toHaveLength(1);
    });
    aws.clock.advance(10 * DAY_MS);
    await rotated('one+');
  });

  it.each([
    ['rate(4 hours)', 4 * HOUR_MS],
    ['cron(0 8 * * ? *)', 21.5 * HOUR_MS], // 8:00 tomorrow
    ['cron(0 /8 * * ? *)', 5.5 * HOUR_MS], // 16:00 today
    ['cron(0 16 ? * SAT *)', 5 * DAY_MS + 5.5 * HOUR_MS],
    ['cron(0 1 1,15 * ? *)', 7 * DAY_MS + 14.5 * HOUR_MS], // 1 December
    ['cron(0 0 L * ? *)', 6 * DAY_MS + 13.5 * HOUR_MS], // 30 November
    ['cron(0 0 ? 1 2#1 *)', 41 * DAY_MS + 13.5 * HOUR_MS], // the first Monday of January
  ])('knows when %s falls due', async (ScheduleExpression, afterMs) => {
    await using other = await startLocalAws({ clock: createClock(() => Date.UTC(2026, 10, 23, 10, 30)) });
    other.functions.register(FUNCTION, async () => undefined);
    const there = new SecretsManagerClient({ ...settings(), endpoint: other.url });
    await there.send(new CreateSecretCommand({ Name: 'a', SecretString: 'x' }));
    const rules = { RotationRules: { ScheduleExpression }, RotateImmediately: false };
    await there.send(new RotateSecretCommand({ SecretId: 'a', RotationLambdaARN: FUNCTION, ...rules }));
    const { NextRotationDate } = await there.send(new DescribeSecretCommand({ SecretId: 'a' }));
    expect(NextRotationDate?.toISOString()).toBe(new Date(other.clock.now() + afterMs).toISOString());
  });

  it('refuses what AWS refuses', async () => {
    await create('a');
    await expect(client.send(new RotateSecretCommand({ SecretId: 'a' }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: 'No Lambda rotation function ARN is associated with this secret.',
    });
    await expect(rotate({ RotationLambdaARN: `${FUNCTION}-none` })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    for (const RotationRules of [
      { AutomaticallyAfterDays: 1, ScheduleExpression: 'rate(4 hours)' },
      { ScheduleExpression: 'rate(3 hours)' },
      { ScheduleExpression: 'cron(5 8 * * ? *)' },
      { ScheduleExpression: 'cron(0 25 * * ? *)' },
      { ScheduleExpression: 'every day' },
    ]) {
      await expect(rotate({ RotationRules })).rejects.toMatchObject({ name: 'InvalidParameterException' });
    }
    await expect(client.send(new CancelRotateSecretCommand({ SecretId: 'a' }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
    });
    expect(steps).toEqual([]);
  });

  it('goes on after a snapshot, with the values and their keys', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'twelvefold-secrets-'));
    const clock = () => createClock(() => Date.UTC(2026, 10, 23, 10, 30));
    const first = await startLocalAws({ snapshot: folder, clock: clock() });
    const there = new SecretsManagerClient({ ...settings(), endpoint: first.url });
    first.functions.register(FUNCTION, async () => undefined);
    await there.send(new CreateSecretCommand({ Name: 'a', SecretString: 'kept' }));
    const rules = { RotationRules: { AutomaticallyAfterDays: 2 }, RotateImmediately: false };
    await there.send(new RotateSecretCommand({ SecretId: 'a', RotationLambdaARN: FUNCTION, ...rules }));
    await first.close();
    await using second = await startLocalAws({ snapshot: folder, clock: clock() });
    const invoked: unknown[] = [];
    second.functions.register(FUNCTION, async (event) => invoked.push(event));
    const back = new SecretsManagerClient({ ...settings(), endpoint: second.url });
    expect((await back.send(new GetSecretValueCommand({ SecretId: 'a' }))).SecretString).toBe('kept');
    second.clock.advance(2 * DAY_MS);
    await eventually(() => expect(invoked).toMatchObject(ALL.map((Step) => ({ Step }))));
    await rm(folder, { recursive: true });
  });

  it('ends with the secret and with a reset', async () => {
    await create('a');
    await rotate({ RotateImmediately: false, RotationRules: { AutomaticallyAfterDays: 1 } });
    await eventually(() => expect(steps).toEqual(['testSecret']));
    await client.send(new DeleteSecretCommand({ SecretId: 'a' }));
    await expect(rotate()).rejects.toMatchObject({ name: 'InvalidRequestException' });
    aws.clock.advance(2 * DAY_MS);
    expect(steps).toEqual(['testSecret']);
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

describe.runIf(hasAwsCli)('the AWS CLI', { timeout: 180_000 }, () => {
  it('creates and reads a secret', async () => {
    await awsCli(aws.url, 'secretsmanager', 'create-secret', '--name', 'cli', '--secret-string', 'x');
    const answer = await awsCli(aws.url, 'secretsmanager', 'get-secret-value', '--secret-id', 'cli');
    expect(answer).toMatchObject({ Name: 'cli', SecretString: 'x', VersionStages: ['AWSCURRENT'] });
  });
});

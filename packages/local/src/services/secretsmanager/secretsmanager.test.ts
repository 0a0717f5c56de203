import { randomUUID } from 'node:crypto';
import type {
  CreateSecretCommandInput,
  GetRandomPasswordCommandInput,
  GetSecretValueCommandInput,
  PutSecretValueCommandInput,
} from '@aws-sdk/client-secrets-manager';
import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../core/clock.ts';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';

const DAY_MS = 86_400_000;
let aws: LocalAws;
let client: SecretsManagerClient;
beforeAll(async () => {
  aws = await startLocalAws({ clock: createClock() });
  client = new SecretsManagerClient({
    endpoint: aws.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await aws.close();
});
beforeEach(() => aws.reset());

const create = (Name: string, options: Partial<CreateSecretCommandInput> = { SecretString: 'one' }) =>
  client.send(new CreateSecretCommand({ Name, ...options }));
const get = (SecretId: string, options: Partial<GetSecretValueCommandInput> = {}) =>
  client.send(new GetSecretValueCommand({ SecretId, ...options }));
const put = (SecretId: string, SecretString: string, options: Partial<PutSecretValueCommandInput> = {}) =>
  client.send(new PutSecretValueCommand({ SecretId, SecretString, ...options }));
const stages = async (SecretId: string) =>
  (await client.send(new DescribeSecretCommand({ SecretId }))).VersionIdsToStages;

describe('CreateSecret', () => {
  it('stores text and bytes', async () => {
    const text = await create('a/text');
    expect(text.ARN).toMatch(/^arn:aws:secretsmanager:eu-west-1:123456789012:secret:a\/text-[A-Za-z0-9]{6}$/);
    expect(await get('a/text')).toMatchObject({
      ARN: text.ARN,
      Name: 'a/text',
      VersionId: text.VersionId,
      SecretString: 'one',
      VersionStages: ['AWSCURRENT'],
    });
    await create('a/bytes', { SecretBinary: new Uint8Array([0, 255, 7]) });
    const bytes = await get('a/bytes');
    expect(bytes.SecretString).toBeUndefined();
    expect([...(bytes.SecretBinary ?? [])]).toEqual([0, 255, 7]);
  });

  it('is the same call again with the same token and value, and refused otherwise', async () => {
    const ClientRequestToken = randomUUID();
    const first = await create('a', { SecretString: 'one', ClientRequestToken });
    const again = await create('a', { SecretString: 'one', ClientRequestToken });
    expect([again.ARN, again.VersionId]).toEqual([first.ARN, ClientRequestToken]);
    await expect(create('a', { SecretString: 'two', ClientRequestToken })).rejects.toMatchObject({
      name: 'ResourceExistsException',
    });
    await expect(create('a')).rejects.toThrow('The operation failed because the secret a already exists.');
  });

  it('refuses what AWS refuses', async () => {
    await expect(create('with space')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(create('both', { SecretString: 'x', SecretBinary: new Uint8Array([1]) })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await expect(create('big', { SecretString: 'é'.repeat(32_769) })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(create('token', { SecretString: 'x', ClientRequestToken: 'short' })).rejects.toThrow(/32-64/);
    await create('fits', { SecretString: 'é'.repeat(32_768) });
  });

  it('may leave the value for later', async () => {
    expect((await create('empty', {})).VersionId).toBeUndefined();
    await expect(get('empty')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    });
    expect(await stages('empty')).toBeUndefined();
    expect((await put('empty', 'now', { VersionStages: ['MINE'] })).VersionStages).toEqual(['AWSCURRENT', 'MINE']);
    expect((await get('empty')).SecretString).toBe('now');
  });
});

describe('looking a secret up', () => {
  it('takes the name, the ARN and the ARN without its suffix', async () => {
    const { ARN = '' } = await create('orders/dev/key');
    for (const id of ['orders/dev/key', ARN, ARN.slice(0, -7)]) expect((await get(id)).ARN).toBe(ARN);
    const other = ARN.endsWith('A') ? 'B' : 'A';
    for (const id of [`${ARN.slice(0, -1)}${other}`, ARN.replace('eu-west-1', 'eu-west-2'), 'orders/dev']) {
      await expect(get(id)).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        message: "Secrets Manager can't find the specified secret.",
      });
    }
  });

  it('does not find a name that ends like a suffix by its partial ARN', async () => {
    const { ARN = '' } = await create('my-secret');
    await expect(get(ARN.slice(0, -7))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect((await get(ARN)).Name).toBe('my-secret');
  });

  it('names what it touches, found or not', async () => {
    const { ARN } = await create('a');
    aws.clearCalls();
    await get('a');
    await get('none').catch(() => undefined);
    expect(aws.calls().flatMap(({ touched }) => touched)).toEqual([
      { action: 'secretsmanager:GetSecretValue', resource: ARN },
      {
        action: 'secretsmanager:GetSecretValue',
        resource: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:none',
      },
    ]);
  });
});

describe('versions', () => {
  it('move AWSCURRENT and AWSPREVIOUS on', async () => {
    const one = await create('a');
    const two = await put('a', 'two');
    expect(await stages('a')).toEqual({ [`${one.VersionId}`]: ['AWSPREVIOUS'], [`${two.VersionId}`]: ['AWSCURRENT'] });
    const three = await put('a', 'three');
    expect(await stages('a')).toEqual({
      [`${two.VersionId}`]: ['AWSPREVIOUS'],
      [`${three.VersionId}`]: ['AWSCURRENT'],
    });
    expect((await get('a', { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('two');
    expect((await get('a', { VersionId: one.VersionId })).SecretString).toBe('one');
    await expect(get('a', { VersionId: one.VersionId, VersionStage: 'AWSCURRENT' })).rejects.toMatchObject({
      name: 'InvalidRequestException',
    });
    await expect(get('a', { VersionStage: 'NONE' })).rejects.toThrow(/staging label: NONE/);
    const listed = await client.send(new ListSecretVersionIdsCommand({ SecretId: 'a' }));
    expect(listed.Versions).toHaveLength(2);
    const all = await client.send(new ListSecretVersionIdsCommand({ SecretId: 'a', IncludeDeprecated: true }));
    expect(all.Versions).toHaveLength(3);
  });

  it('are added once per token', async () => {
    await create('a');
    const ClientRequestToken = randomUUID();
    await put('a', 'two', { ClientRequestToken });
    await put('a', 'three');
    const again = await put('a', 'two', { ClientRequestToken });
    expect(again).toMatchObject({ VersionId: ClientRequestToken, VersionStages: ['AWSPREVIOUS'] });
    expect((await get('a')).SecretString).toBe('three');
    const refusal = put('a', 'other-value', { ClientRequestToken });
    await expect(refusal).rejects.toMatchObject({ name: 'ResourceExistsException' });
    await expect(refusal).rejects.not.toThrow(/other-value/);
  });

  it('rotate by a pending label, and back', async () => {
    const one = await create('a');
    const two = await put('a', 'two', { VersionStages: ['AWSPENDING'] });
    expect((await get('a')).SecretString).toBe('one');
    const move = (RemoveFromVersionId: string | undefined, MoveToVersionId: string | undefined) =>
      client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: 'a',
          VersionStage: 'AWSCURRENT',
          RemoveFromVersionId,
          MoveToVersionId,
        }),
      );
    await expect(move(undefined, two.VersionId)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(move(one.VersionId, undefined)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await move(one.VersionId, two.VersionId);
    expect(await stages('a')).toEqual({
      [`${one.VersionId}`]: ['AWSPREVIOUS'],
      [`${two.VersionId}`]: ['AWSCURRENT', 'AWSPENDING'],
    });
    await move(two.VersionId, one.VersionId);
    expect(await stages('a')).toEqual({
      [`${one.VersionId}`]: ['AWSCURRENT'],
      // What loses AWSCURRENT loses AWSPENDING too (recorded on AWS).
      [`${two.VersionId}`]: ['AWSPREVIOUS'],
    });
  });

  it('never leave a label on two versions, or no current one', { timeout: 60_000 }, async () => {
    const label = fc.constantFrom('AWSCURRENT', 'AWSPENDING', 'A', 'B');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uniqueArray(label, { minLength: 1 }), { maxLength: 8 }), async (puts) => {
        aws.reset();
        await create('a', {});
        for (const [index, VersionStages] of puts.entries()) await put('a', `v${index}`, { VersionStages });
        const labels = Object.values((await stages('a')) ?? {}).flat();
        expect(new Set(labels).size).toBe(labels.length);
        expect(labels.includes('AWSCURRENT')).toBe(puts.length > 0);
        const lastCurrent = puts.findLastIndex((stages, index) => index === 0 || stages.includes('AWSCURRENT'));
        if (puts.length > 0) expect((await get('a')).SecretString).toBe(`v${lastCurrent}`);
      }),
      { numRuns: 25 },
    );
  });
});

describe('deletion', () => {
  it('leaves a recovery window in which the value cannot be read', async () => {
    const { ARN } = await create('a');
    const { DeletionDate } = await client.send(new DeleteSecretCommand({ SecretId: 'a', RecoveryWindowInDays: 7 }));
    expect(Math.round(((DeletionDate?.getTime() ?? 0) - aws.clock.now()) / DAY_MS)).toBe(7);
    await expect(get('a')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(put('a', 'x')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(create('a')).rejects.toThrow(/already scheduled for deletion/);
    expect((await client.send(new DescribeSecretCommand({ SecretId: 'a' }))).DeletedDate).toBeInstanceOf(Date);
    expect((await client.send(new ListSecretsCommand({}))).SecretList).toEqual([]);
    expect((await client.send(new ListSecretsCommand({ IncludePlannedDeletion: true }))).SecretList).toHaveLength(1);
    await client.send(new RestoreSecretCommand({ SecretId: 'a' }));
    expect(await get('a')).toMatchObject({ ARN, SecretString: 'one' });
  });

  it('ends when the window has passed', async () => {
    const { ARN } = await create('a');
    await client.send(new DeleteSecretCommand({ SecretId: 'a' }));
    aws.clock.advance(29 * DAY_MS);
    await expect(get('a')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    aws.clock.advance(DAY_MS);
    await expect(get('a')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect((await create('a')).ARN).not.toBe(ARN);
  });

  it('can be forced, repeatedly', async () => {
    await create('a');
    const force = { SecretId: 'a', ForceDeleteWithoutRecovery: true };
    await client.send(new DeleteSecretCommand(force));
    await client.send(new DeleteSecretCommand(force));
    await expect(get('a')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(client.send(new DeleteSecretCommand({ ...force, RecoveryWindowInDays: 7 }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await expect(
      client.send(new DeleteSecretCommand({ SecretId: 'a', RecoveryWindowInDays: 3 })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});

describe('BatchGetSecretValue', () => {
  it('lists failures on a 200, and touches every secret', async () => {
    const { ARN } = await create('a');
    await create('gone');
    await create('empty', {});
    await client.send(new DeleteSecretCommand({ SecretId: 'gone' }));
    aws.clearCalls();
    const answer = await client.send(
      new BatchGetSecretValueCommand({ SecretIdList: ['a', 'missing', 'gone', 'empty'] }),
    );
    expect(answer.SecretValues?.map(({ Name, SecretString }) => [Name, SecretString])).toEqual([['a', 'one']]);
    expect(answer.Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode])).toEqual([
      ['missing', 'ResourceNotFoundException'],
      ['gone', 'InvalidRequestException'],
      ['empty', 'ResourceNotFoundException'],
    ]);
    const touched = aws.calls().flatMap((call) => call.touched);
    expect(touched).toHaveLength(5);
    expect(touched[0]).toEqual({ action: 'secretsmanager:BatchGetSecretValue', resource: '*' });
    expect(touched[1]).toEqual({ action: 'secretsmanager:GetSecretValue', resource: ARN });
  });

  it('takes twenty ids, or filters', async () => {
    for (let index = 0; index < 5; index += 1) await create(`app/${index}`);
    const ids = Array.from({ length: 21 }, (_, index) => `x${index}`);
    await expect(client.send(new BatchGetSecretValueCommand({ SecretIdList: ids }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(client.send(new BatchGetSecretValueCommand({}))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    const Filters = [{ Key: 'name' as const, Values: ['app/'] }];
    const first = await client.send(new BatchGetSecretValueCommand({ Filters, MaxResults: 3 }));
    const rest = await client.send(
      new BatchGetSecretValueCommand({ Filters, MaxResults: 3, NextToken: first.NextToken }),
    );
    expect([first, rest].map(({ SecretValues }) => SecretValues?.length)).toEqual([3, 2]);
    expect(rest.NextToken).toBeUndefined();
  });
});

describe('the rest', () => {
  it('updates, tags and lists', async () => {
    await create('b', { SecretString: 'x', Tags: [{ Key: 'team', Value: 'one' }], Description: 'Before' });
    await create('a', {});
    await client.send(new UpdateSecretCommand({ SecretId: 'b', Description: 'After' }));
    expect((await get('b')).SecretString).toBe('x');
    const { VersionId } = await client.send(new UpdateSecretCommand({ SecretId: 'b', SecretString: 'y' }));
    expect(await get('b')).toMatchObject({ SecretString: 'y', VersionId });
    await client.send(new TagResourceCommand({ SecretId: 'b', Tags: [{ Key: 'stage', Value: 'dev' }] }));
    await client.send(new UntagResourceCommand({ SecretId: 'b', TagKeys: ['team'] }));
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'b' }));
    expect(described).toMatchObject({ Description: 'After', Tags: [{ Key: 'stage', Value: 'dev' }] });
    const list = async (Key: 'name' | 'tag-key' | 'description', ...Values: string[]) => {
      const { SecretList = [] } = await client.send(
        new ListSecretsCommand({ SortBy: 'name', Filters: [{ Key, Values }] }),
      );
      return SecretList.map(({ Name }) => Name);
    };
    expect(await list('name', 'a', 'b')).toEqual(['a', 'b']);
    expect(await list('name', '!a')).toEqual(['b']);
    expect(await list('tag-key', 'st')).toEqual(['b']);
    expect(await list('description', 'AFT')).toEqual(['b']);
    expect(await list('tag-key', 'team')).toEqual([]);
  });

  it('makes passwords to order', { timeout: 60_000 }, async () => {
    const password = async (input: GetRandomPasswordCommandInput) =>
      (await client.send(new GetRandomPasswordCommand(input))).RandomPassword ?? '';
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          PasswordLength: fc.integer({ min: 5, max: 60 }),
          ExcludeLowercase: fc.boolean(),
          ExcludeUppercase: fc.boolean(),
          ExcludePunctuation: fc.boolean(),
          ExcludeCharacters: fc.constantFrom('', 'aA0!"', '/@\\'),
        }),
        async (input) => {
          const made = await password(input);
          expect(made).toHaveLength(input.PasswordLength);
          expect(/[a-z]/.test(made)).toBe(!input.ExcludeLowercase);
          expect(/[A-Z]/.test(made)).toBe(!input.ExcludeUppercase);
          expect(/[^A-Za-z0-9]/.test(made)).toBe(!input.ExcludePunctuation);
          expect(made).toMatch(/\d/);
          expect([...made].filter((letter) => input.ExcludeCharacters.includes(letter))).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
    expect(await password({})).toHaveLength(32);
    await expect(password({ PasswordLength: 3 })).rejects.toThrow(/too short/);
    expect(await password({ PasswordLength: 3, RequireEachIncludedType: false })).toHaveLength(3);
  });
});

import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GenerateRandomCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListAliasesCommand,
  ListKeyRotationsCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ReEncryptCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';

const DAY_MS = 86_400_000;
const UNKNOWN = '00000000-1111-2222-3333-444444444444';
let aws: LocalAws;
let kms: KMSClient;
const clientOf = (accessKeyId = 'local', region = 'eu-west-1') =>
  new KMSClient({
    endpoint: aws.url,
    region,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: 'local' },
  });
beforeAll(async () => {
  aws = await startLocalAws({ clock: createClock() });
  kms = clientOf();
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();
async function newKey(options = {}) {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(options));
  return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
}
const encrypt = async (KeyId: string, plaintext = 'secret', EncryptionContext: Record<string, string> = {}) =>
  (await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from(plaintext), EncryptionContext }))).CiphertextBlob;
const decrypt = (
  CiphertextBlob: Uint8Array | undefined,
  options: { EncryptionContext?: Record<string, string>; KeyId?: string; DryRun?: boolean } = {},
  client = kms,
) => client.send(new DecryptCommand({ CiphertextBlob, ...options }));
const stateOf = async (KeyId: string) => (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;

describe('keys', () => {
  it('are described as they were made', async () => {
    const { KeyMetadata } = await kms.send(
      new CreateKeyCommand({ Description: 'orders', Tags: [{ TagKey: 'team', TagValue: 'a' }] }),
    );
    expect(KeyMetadata).toMatchObject({
      AWSAccountId: '123456789012',
      Arn: `arn:aws:kms:eu-west-1:123456789012:key/${KeyMetadata?.KeyId}`,
      Description: 'orders',
      Enabled: true,
      KeyState: 'Enabled',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyManager: 'CUSTOMER',
      Origin: 'AWS_KMS',
      MultiRegion: false,
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    });
    const KeyId = KeyMetadata?.KeyId;
    expect((await kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.Arn }))).KeyMetadata).toEqual(KeyMetadata);
    await kms.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'stage', TagValue: 'dev' }] }));
    await kms.send(new UntagResourceCommand({ KeyId, TagKeys: ['team'] }));
    expect((await kms.send(new ListResourceTagsCommand({ KeyId }))).Tags).toEqual([
      { TagKey: 'stage', TagValue: 'dev' },
    ]);
    const { Policy = '' } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
    expect(JSON.parse(Policy).Statement[0].Action).toBe('kms:*');
    await expect(kms.send(new PutKeyPolicyCommand({ KeyId, Policy: 'no' }))).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
    const other = Policy.replace('kms:*', 'kms:Decrypt');
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: other }));
    expect((await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }))).Policy).toBe(other);
  });

  it('are listed in pages', async () => {
    const made = [await newKey(), await newKey(), await newKey()];
    const first = await kms.send(new ListKeysCommand({ Limit: 2 }));
    expect([first.Keys?.length, first.Truncated]).toEqual([2, true]);
    const second = await kms.send(new ListKeysCommand({ Limit: 2, Marker: first.NextMarker }));
    expect([second.Keys?.length, second.Truncated, second.NextMarker]).toEqual([1, false, undefined]);
    const listed = [...(first.Keys ?? []), ...(second.Keys ?? [])].map(({ KeyArn }) => KeyArn);
    expect(new Set(listed)).toEqual(new Set(made.map(({ arn }) => arn)));
    await expect(kms.send(new ListKeysCommand({ Marker: '!' }))).rejects.toMatchObject({
      name: 'InvalidMarkerException',
    });
  });

  it('that are not there are not found, each way of naming one in its own words', async () => {
    const failing = (KeyId: string) => expect(kms.send(new DescribeKeyCommand({ KeyId }))).rejects;
    await failing(UNKNOWN).toMatchObject({
      name: 'NotFoundException',
      message: `Key 'arn:aws:kms:eu-west-1:123456789012:key/${UNKNOWN}' does not exist`,
    });
    await failing('alias/none').toMatchObject({
      name: 'NotFoundException',
      message: 'Alias arn:aws:kms:eu-west-1:123456789012:alias/none is not found.',
    });
    await failing('none').toMatchObject({ name: 'NotFoundException', message: "Invalid keyId 'none'" });
    await failing('arn:aws:kms:nonsense').toMatchObject({ name: 'InvalidArnException' });
    const { arn } = await newKey();
    await failing(arn.replace('eu-west-1', 'us-east-1')).toMatchObject({ name: 'NotFoundException' });
  });

  it('of kinds that are not here answer 501', async () => {
    await expect(
      kms.send(new CreateKeyCommand({ KeySpec: 'ML_DSA_44', KeyUsage: 'SIGN_VERIFY' })),
    ).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
    });
  });
});

describe('Encrypt and Decrypt', () => {
  it('give back what they were given, without naming the key', async () => {
    const { id, arn } = await newKey();
    const blob = await encrypt(id, 'größe');
    expect(text(blob)).not.toContain('größe');
    expect(Buffer.from((await encrypt(id, 'größe')) ?? []).equals(Buffer.from(blob ?? []))).toBe(false);
    const opened = await decrypt(blob);
    expect([text(opened.Plaintext), opened.KeyId, opened.EncryptionAlgorithm]).toEqual([
      'größe',
      arn,
      'SYMMETRIC_DEFAULT',
    ]);
    expect(aws.calls().at(-1)?.touched).toEqual([{ action: 'kms:Decrypt', resource: arn }]);
  });

  it('need the same encryption context, in any order', async () => {
    const { id } = await newKey();
    const blob = await encrypt(id, 'x', { a: '1', b: '2' });
    expect(text((await decrypt(blob, { EncryptionContext: { b: '2', a: '1' } })).Plaintext)).toBe('x');
    for (const EncryptionContext of [{}, { a: '1' }, { a: '1', b: '3' }, { A: '1', b: '2' }]) {
      await expect(decrypt(blob, { EncryptionContext })).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
    }
  });

  it('refuse another key, a changed blob and one of no key', async () => {
    const [mine, other] = [await newKey(), await newKey()];
    const blob = Buffer.from((await encrypt(mine.id)) ?? []);
    await expect(decrypt(blob, { KeyId: other.arn })).rejects.toMatchObject({
      name: 'IncorrectKeyException',
      message: 'The key ID in the request does not identify a CMK that can perform this operation.',
    });
    expect(text((await decrypt(blob, { KeyId: mine.arn })).Plaintext)).toBe('secret');
    for (let at = 0; at < blob.length; at += 7) {
      const changed = Buffer.from(blob);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(decrypt(changed)).rejects.toMatchObject({
        name: expect.stringMatching(/^(InvalidCiphertext|AccessDenied)Exception$/),
      });
    }
    await expect(decrypt(Buffer.from('nonsense'))).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
    await expect(decrypt(blob, {}, clientOf('local', 'us-east-1'))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('take 1 to 4,096 bytes', async () => {
    const { id } = await newKey();
    await encrypt(id, 'a'.repeat(4096));
    await expect(encrypt(id, 'a'.repeat(4097))).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(encrypt(id, '')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(decrypt(Buffer.alloc(6145))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('say that they would have succeeded, when they are only asked', async () => {
    const { id } = await newKey();
    const blob = await encrypt(id);
    await expect(decrypt(blob, { DryRun: true })).rejects.toMatchObject({ name: 'DryRunOperationException' });
    await kms.send(new DisableKeyCommand({ KeyId: id }));
    await expect(decrypt(blob, { DryRun: true })).rejects.toMatchObject({ name: 'DisabledException' });
  });

  it('reach a key of another account by its ARN', async () => {
    const { arn } = await newKey();
    const foreign = clientOf('999988887777');
    const sealed = await foreign.send(new EncryptCommand({ KeyId: arn, Plaintext: Buffer.from('x') }));
    expect((await decrypt(sealed.CiphertextBlob)).KeyId).toBe(arn);
  });
});

describe('data keys', () => {
  it('come in clear and encrypted, of the asked size', async () => {
    const { id, arn } = await newKey();
    const made = await kms.send(
      new GenerateDataKeyCommand({ KeyId: id, KeySpec: 'AES_256', EncryptionContext: { a: 'b' } }),
    );
    expect([made.Plaintext?.length, made.KeyId]).toEqual([32, arn]);
    const opened = await decrypt(made.CiphertextBlob, { EncryptionContext: { a: 'b' } });
    expect(opened.Plaintext).toEqual(made.Plaintext);
    const bare = await kms.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId: id, NumberOfBytes: 64 }));
    expect(bare).not.toHaveProperty('Plaintext');
    expect((await decrypt(bare.CiphertextBlob)).Plaintext?.length).toBe(64);
    for (const size of [{}, { KeySpec: 'AES_128', NumberOfBytes: 16 } as const, { NumberOfBytes: 1025 }]) {
      await expect(kms.send(new GenerateDataKeyCommand({ KeyId: id, ...size }))).rejects.toMatchObject({
        name: 'ValidationException',
      });
    }
  });

  it('and random bytes', async () => {
    expect((await kms.send(new GenerateRandomCommand({ NumberOfBytes: 1024 }))).Plaintext?.length).toBe(1024);
    await expect(kms.send(new GenerateRandomCommand({ NumberOfBytes: 1025 }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});

describe('ReEncrypt', () => {
  it('moves a blob to another key and context', async () => {
    const [from, to] = [await newKey(), await newKey()];
    const blob = await encrypt(from.id, 'x', { a: '1' });
    const moved = await kms.send(
      new ReEncryptCommand({
        CiphertextBlob: blob,
        SourceEncryptionContext: { a: '1' },
        DestinationKeyId: to.id,
        DestinationEncryptionContext: { b: '2' },
      }),
    );
    expect([moved.SourceKeyId, moved.KeyId]).toEqual([from.arn, to.arn]);
    expect(aws.calls().at(-1)?.touched).toEqual([
      { action: 'kms:ReEncryptFrom', resource: from.arn },
      { action: 'kms:ReEncryptTo', resource: to.arn },
    ]);
    const opened = await decrypt(moved.CiphertextBlob, { EncryptionContext: { b: '2' } });
    expect([text(opened.Plaintext), opened.KeyId]).toEqual(['x', to.arn]);
  });
});

describe('aliases', () => {
  it('name a key, and move to another', async () => {
    const [one, two] = [await newKey(), await newKey()];
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/orders', TargetKeyId: one.id }));
    const blob = await encrypt('alias/orders');
    await kms.send(new UpdateAliasCommand({ AliasName: 'alias/orders', TargetKeyId: two.arn }));
    expect((await decrypt(blob)).KeyId).toBe(one.arn);
    expect((await decrypt(await encrypt('arn:aws:kms:eu-west-1:123456789012:alias/orders'))).KeyId).toBe(two.arn);
    expect((await kms.send(new ListAliasesCommand({ KeyId: two.id }))).Aliases).toMatchObject([
      {
        AliasName: 'alias/orders',
        AliasArn: 'arn:aws:kms:eu-west-1:123456789012:alias/orders',
        TargetKeyId: two.id,
      },
    ]);
    expect((await kms.send(new ListAliasesCommand({ KeyId: one.id }))).Aliases).toEqual([]);
    await kms.send(new DeleteAliasCommand({ AliasName: 'alias/orders' }));
    await expect(encrypt('alias/orders')).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('are refused as AWS refuses them', async () => {
    const { id } = await newKey();
    const create = (AliasName: string, TargetKeyId = id) =>
      kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
    await create('alias/a');
    await expect(create('alias/a')).rejects.toMatchObject({
      name: 'AlreadyExistsException',
      message: 'An alias with the name arn:aws:kms:eu-west-1:123456789012:alias/a already exists',
    });
    await expect(create('a')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(create('alias/aws/mine')).rejects.toMatchObject({ name: 'NotAuthorizedException' });
    await expect(create('alias/b c')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(create('alias/b', UNKNOWN)).rejects.toMatchObject({ name: 'NotFoundException' });
    await expect(create('alias/b', 'alias/a')).rejects.toMatchObject({ name: 'NotFoundException' });
    const update = new UpdateAliasCommand({ AliasName: 'alias/none', TargetKeyId: id });
    await expect(kms.send(update)).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('of AWS have their key from the first use on, and no user changes it', async () => {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/aws/ssm' }));
    expect(KeyMetadata).toMatchObject({ KeyManager: 'AWS', Enabled: true });
    const again = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/aws/ssm' }));
    expect(again.KeyMetadata?.Arn).toBe(KeyMetadata?.Arn);
    const { Aliases } = await kms.send(new ListAliasesCommand({}));
    expect(Aliases?.filter(({ TargetKeyId }) => TargetKeyId !== undefined)).toMatchObject([
      { AliasName: 'alias/aws/ssm', TargetKeyId: KeyMetadata?.KeyId },
    ]);
    await expect(kms.send(new DisableKeyCommand({ KeyId: KeyMetadata?.KeyId }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});

describe('the states of a key', () => {
  it('disabled, it does nothing, and enabled again what it did', async () => {
    const { id, arn } = await newKey();
    const blob = await encrypt(id);
    await kms.send(new DisableKeyCommand({ KeyId: id }));
    expect(await stateOf(id)).toBe('Disabled');
    for (const call of [() => encrypt(id), () => decrypt(blob)]) {
      await expect(call()).rejects.toMatchObject({ name: 'DisabledException', message: `${arn} is disabled.` });
    }
    await kms.send(new EnableKeyCommand({ KeyId: id }));
    expect(text((await decrypt(blob)).Plaintext)).toBe('secret');
  });

  it('to be deleted, it can come back, disabled', async () => {
    const { id, arn } = await newKey();
    const blob = await encrypt(id);
    const scheduled = await kms.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 }));
    expect(scheduled).toMatchObject({ KeyId: arn, KeyState: 'PendingDeletion', PendingWindowInDays: 7 });
    for (const call of [
      () => decrypt(blob),
      () => kms.send(new EnableKeyCommand({ KeyId: id })),
      () => kms.send(new ScheduleKeyDeletionCommand({ KeyId: id })),
      () => kms.send(new CreateAliasCommand({ AliasName: 'alias/a', TargetKeyId: id })),
    ]) {
      await expect(call()).rejects.toMatchObject({
        name: 'KMSInvalidStateException',
        message: `${arn} is pending deletion.`,
      });
    }
    await kms.send(new CancelKeyDeletionCommand({ KeyId: id }));
    expect(await stateOf(id)).toBe('Disabled');
    await expect(kms.send(new CancelKeyDeletionCommand({ KeyId: id }))).rejects.toMatchObject({
      name: 'KMSInvalidStateException',
    });
  });

  it('deleted, it takes its aliases and what it encrypted with it', async () => {
    const { id } = await newKey();
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/a', TargetKeyId: id }));
    const blob = await encrypt(id);
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: id }));
    aws.clock.advance(30 * DAY_MS - 1000);
    expect(await stateOf(id)).toBe('PendingDeletion');
    aws.clock.advance(2000);
    await expect(stateOf(id)).rejects.toMatchObject({ name: 'NotFoundException' });
    const { Aliases } = await kms.send(new ListAliasesCommand({}));
    expect(Aliases?.filter(({ TargetKeyId }) => TargetKeyId !== undefined)).toEqual([]);
    await expect(decrypt(blob)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    for (const days of [6, 31]) {
      const { id: other } = await newKey();
      await expect(
        kms.send(new ScheduleKeyDeletionCommand({ KeyId: other, PendingWindowInDays: days })),
      ).rejects.toMatchObject({ name: 'ValidationException' });
    }
  });

  it('rotated, by the clock or on demand, it opens what older material encrypted', async () => {
    const { id } = await newKey();
    const blobs = [await encrypt(id, '0')];
    await kms.send(new EnableKeyRotationCommand({ KeyId: id, RotationPeriodInDays: 90 }));
    expect(await kms.send(new GetKeyRotationStatusCommand({ KeyId: id }))).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 90,
    });
    aws.clock.advance(91 * DAY_MS);
    blobs.push(await encrypt(id, '1'));
    await kms.send(new RotateKeyOnDemandCommand({ KeyId: id }));
    blobs.push(await encrypt(id, '2'));
    const { Rotations } = await kms.send(new ListKeyRotationsCommand({ KeyId: id }));
    expect(Rotations?.map(({ RotationType }) => RotationType)).toEqual(['AUTOMATIC', 'ON_DEMAND']);
    for (const [index, blob] of blobs.entries()) expect(text((await decrypt(blob)).Plaintext)).toBe(String(index));
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
    expect(KeyMetadata?.CurrentKeyMaterialId).toBe(Rotations?.at(-1)?.KeyMaterialId);
  });
});

describe.skipIf(!hasAwsCli)('the AWS CLI (needs aws-cli)', { timeout: 180_000 }, () => {
  it('makes a data key that the SDK opens', async () => {
    const { id, arn } = await newKey();
    const made = await awsCli(aws.url, 'kms', 'generate-data-key', '--key-id', id, '--key-spec', 'AES_128');
    const { CiphertextBlob, Plaintext } = made as { CiphertextBlob: string; Plaintext: string }; // what the CLI prints
    const opened = await decrypt(Buffer.from(CiphertextBlob, 'base64'));
    expect([Buffer.from(opened.Plaintext ?? []).toString('base64'), opened.KeyId]).toEqual([Plaintext, arn]);
    await expect(awsCli(aws.url, 'kms', 'describe-key', '--key-id', UNKNOWN)).rejects.toThrow(/NotFoundException/);
  });
});

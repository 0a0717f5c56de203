import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

const ROLE = 'arn:aws:iam::210987654321:role/teams/orders/deployer';
let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws({ clock: createClock(() => Date.UTC(2026, 10, 20)) });
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

const settings = ({ accessKeyId, secretAccessKey, sessionToken }: Keys) => ({
  endpoint: aws.url,
  region: 'eu-west-1',
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
});
const local: Keys = { accessKeyId: 'local', secretAccessKey: 'local' };
const sts = (keys = local) => new STSClient(settings(keys));
const whoAmI = (keys = local) => sts(keys).send(new GetCallerIdentityCommand({}));

async function assume(
  options: { RoleArn?: string; RoleSessionName?: string; DurationSeconds?: number } = {},
  as = local,
) {
  const answer = await sts(as).send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'ci', ...options }));
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken, Expiration } = answer.Credentials ?? {};
  const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  return { answer, keys, expiration: Expiration };
}

describe('GetCallerIdentity', () => {
  it('is the root of the account, or of the account that the key names', async () => {
    expect(await whoAmI()).toMatchObject({ Account: '123456789012', Arn: 'arn:aws:iam::123456789012:root' });
    expect(await whoAmI({ accessKeyId: '999988887777', secretAccessKey: 'x' })).toMatchObject({
      Account: '999988887777',
    });
  });

  describe.skipIf(!hasAwsCli)('the AWS CLI (needs aws-cli)', () => {
    it('answers the AWS CLI', { timeout: 180_000 }, async () => {
      expect(await awsCli(aws.url, 'sts', 'get-caller-identity')).toMatchObject({ Account: '123456789012' });
      const assumed = await awsCli(aws.url, 'sts', 'assume-role', '--role-arn', ROLE, '--role-session-name', 'cli');
      expect(assumed).toMatchObject({
        AssumedRoleUser: { Arn: 'arn:aws:sts::210987654321:assumed-role/deployer/cli' },
      });
    });
  });
});

describe('AssumeRole', () => {
  it("gives keys whose calls are the role's, in the role's account, in every service", async () => {
    const { answer, keys, expiration } = await assume();
    expect(keys.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect((expiration?.getTime() ?? 0) - aws.clock.now()).toBeGreaterThan(3_590_000);
    const arn = 'arn:aws:sts::210987654321:assumed-role/deployer/ci';
    expect(answer.AssumedRoleUser).toMatchObject({ Arn: arn });
    expect(answer.AssumedRoleUser?.AssumedRoleId).toMatch(/^AROA[A-Z0-9]{17}:ci$/);
    expect(await whoAmI(keys)).toMatchObject({
      Account: '210987654321',
      Arn: arn,
      UserId: answer.AssumedRoleUser?.AssumedRoleId,
    });
    await new SQSClient(settings(keys)).send(new ListQueuesCommand({}));
    expect(aws.calls().at(-1)).toMatchObject({ service: 'sqs', principal: arn, accessKeyId: keys.accessKeyId });
    expect(aws.calls()[0]).toMatchObject({
      principal: 'arn:aws:iam::123456789012:root',
      touched: [{ action: 'sts:AssumeRole', resource: ROLE }],
    });
  });

  it('refuses the keys after their time and with another token, in each protocol', async () => {
    const { keys } = await assume({ DurationSeconds: 900 });
    const wrong = { ...keys, sessionToken: 'other' };
    await expect(whoAmI(wrong)).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
      $metadata: { httpStatusCode: 403 },
    });
    await expect(new SQSClient(settings(wrong)).send(new ListQueuesCommand({}))).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
    aws.clock.advance(899_000);
    expect(await whoAmI(keys)).toMatchObject({ Account: '210987654321' });
    aws.clock.advance(2_000);
    await expect(whoAmI(keys)).rejects.toMatchObject({ name: 'ExpiredToken', $metadata: { httpStatusCode: 403 } });
    await expect(new SQSClient(settings(keys)).send(new ListQueuesCommand({}))).rejects.toMatchObject({
      name: 'ExpiredTokenException',
    });
  });

  it('checks the role, the session name and the duration', async () => {
    const refused = { name: 'ValidationError', $metadata: expect.objectContaining({ httpStatusCode: 400 }) };
    await expect(assume({ RoleArn: 'arn:aws:iam::123456789012:user/me' })).rejects.toMatchObject({
      ...refused,
      message: 'arn:aws:iam::123456789012:user/me is invalid',
    });
    await expect(assume({ RoleArn: 'short' })).rejects.toMatchObject(refused);
    await expect(assume({ RoleSessionName: 'a b' })).rejects.toMatchObject(refused);
    await expect(assume({ RoleSessionName: 'x' })).rejects.toMatchObject(refused);
    await expect(assume({ DurationSeconds: 899 })).rejects.toMatchObject(refused);
    await expect(assume({ DurationSeconds: 43_201 })).rejects.toMatchObject(refused);
  });

  it('lets a role assume another for an hour at most', async () => {
    const { keys } = await assume();
    await expect(assume({ DurationSeconds: 3601 }, keys)).rejects.toThrow(/1 hour session limit/);
    const second = await assume({ RoleArn: 'arn:aws:iam::123456789012:role/reader' }, keys);
    expect((await whoAmI(second.keys)).Arn).toBe('arn:aws:sts::123456789012:assumed-role/reader/ci');
  });

  it('is over with a reset', async () => {
    const { keys } = await assume();
    aws.reset();
    expect((await whoAmI(keys)).Arn).toBe('arn:aws:iam::123456789012:root');
  });
});

describe('GetSessionToken', () => {
  it('gives keys of the same principal, and refuses session keys', async () => {
    const { Credentials } = await sts().send(new GetSessionTokenCommand({ DurationSeconds: 129_600 }));
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken, Expiration } = Credentials ?? {};
    expect((Expiration?.getTime() ?? 0) - aws.clock.now()).toBeLessThanOrEqual(3_600_000);
    const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    expect((await whoAmI(keys)).Arn).toBe('arn:aws:iam::123456789012:root');
    await expect(sts(keys).send(new GetSessionTokenCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('AssumeRoleWithWebIdentity', () => {
  const jwt = (claims: object) =>
    ['{"alg":"none"}', JSON.stringify(claims), 'signature']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');
  const claims = (more: object = {}) => ({
    iss: 'https://token.example.com/id',
    sub: 'repo:orders',
    aud: 'sts.amazonaws.com',
    exp: Math.floor(aws.clock.now() / 1000) + 600,
    ...more,
  });
  // No credentials: the SDK does not sign this call.
  const exchange = (WebIdentityToken: string) =>
    new STSClient({ endpoint: aws.url, region: 'eu-west-1', maxAttempts: 1 }).send(
      new AssumeRoleWithWebIdentityCommand({ RoleArn: ROLE, RoleSessionName: 'pipeline', WebIdentityToken }),
    );

  it('needs no signature, and its keys are the role’s', async () => {
    const answer = await exchange(jwt(claims()));
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: 'repo:orders',
      Audience: 'sts.amazonaws.com',
      Provider: 'arn:aws:iam::210987654321:oidc-provider/token.example.com/id',
    });
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken } = answer.Credentials ?? {};
    const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    expect((await whoAmI(keys)).Arn).toBe('arn:aws:sts::210987654321:assumed-role/deployer/pipeline');
    expect(aws.calls({ operation: 'AssumeRoleWithWebIdentity' })).toMatchObject([
      { touched: [{ action: 'sts:AssumeRoleWithWebIdentity', resource: ROLE }] },
    ]);
  });

  it.each([
    ['no token', () => 'token', 'InvalidIdentityTokenException', /not a valid JWT/],
    ['JSON that is not an object', () => 'a.MQ.c', 'InvalidIdentityTokenException', /not a valid JWT/],
    ['no audience', () => jwt(claims({ aud: undefined })), 'InvalidIdentityTokenException', /claim: aud/],
    ['a token past its time', () => jwt(claims({ exp: 1000 })), 'ExpiredTokenException', /must be before .* 1000$/],
  ])('refuses %s', async (_what, token, name, message) => {
    await expect(exchange(token())).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  it('is the only call of STS that needs none', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const post = (body: string) => fetch(aws.url, { method: 'POST', headers: form, body });
    expect((await post('Action=GetCallerIdentity&Version=2011-06-15')).status).toBe(403);
    const refused = await post('Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=x');
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('<Code>ValidationError</Code>'),
    ]);
  });
});

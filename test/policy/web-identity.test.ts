import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ACCOUNT = '123456789012';
const HOST = 'token.example.com/id';
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/${HOST}`;
const ROOT = { accessKeyId: 'local', secretAccessKey: 'local' };
let aws: LocalAws;

const settings = (credentials = ROOT) => ({ endpoint: aws.url, region: 'eu-west-1', credentials, maxAttempts: 1 });
const document = (Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

/** The trust that the IAM user guide gives, "Creating a role for OpenID Connect federation". */
const trust = (changes: object = {}) => ({
  Effect: 'Allow',
  Principal: { Federated: PROVIDER },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: {
    StringEquals: { [`${HOST}:aud`]: 'sts.amazonaws.com' },
    StringLike: { [`${HOST}:sub`]: 'repo:orders:*' },
  },
  ...changes,
});

beforeAll(async () => {
  aws = await startLocalAws({ enforce: true });
  const roles: Record<string, object[]> = {
    trusting: [trust()],
    'other-provider': [trust({ Principal: { Federated: PROVIDER.replace('example', 'elsewhere') } })],
    'other-action': [trust({ Action: 'sts:AssumeRole' })],
    denying: [trust(), trust({ Effect: 'Deny', Condition: { StringLike: { [`${HOST}:sub`]: '*:main' } } })],
    account: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:*' }],
  };
  const iam = new IAMClient(settings());
  for (const [RoleName, statements] of Object.entries(roles)) {
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document(statements) }));
  }
  const send = document([{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }]);
  await iam.send(new PutRolePolicyCommand({ RoleName: 'trusting', PolicyName: 'send', PolicyDocument: send }));
  await new SQSClient(settings()).send(new CreateQueueCommand({ QueueName: 'orders' }));
});
afterAll(() => aws.close());

const jwt = (claims: object) =>
  ['{"alg":"none"}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

/** Exchanges a token without keys, as a pipeline does. */
const exchange = (role: string, claims: object = {}) =>
  new STSClient({ endpoint: aws.url, region: 'eu-west-1', maxAttempts: 1 }).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
      RoleSessionName: 'pipeline',
      WebIdentityToken: jwt({
        iss: `https://${HOST}`,
        sub: 'repo:orders:main',
        aud: 'sts.amazonaws.com',
        exp: Math.floor(aws.clock.now() / 1000) + 600,
        ...claims,
      }),
    }),
  );

describe('AssumeRoleWithWebIdentity under enforcement', () => {
  it('gives keys of a role that trusts the token, with the permissions of the role', async () => {
    const { Credentials } = await exchange('trusting');
    const keys = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    const sqs = new SQSClient(settings(keys));
    const QueueUrl = `${aws.url}/${ACCOUNT}/orders`;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    await expect(sqs.send(new GetQueueAttributesCommand({ QueueUrl }))).rejects.toThrow(
      /^User: arn:aws:sts::123456789012:assumed-role\/trusting\/pipeline is not authorized to perform: sqs:getqueueattributes/,
    );
  });

  // The text: aws-sdk-net issue 1522, aws-sdk-js-v3 issue 6225.
  it.each([
    ['of another provider', 'other-provider', {}],
    ['that trusts by another action', 'other-action', {}],
    ['whose trust denies the subject', 'denying', {}],
    ['that trusts accounts only', 'account', {}],
    ['that does not exist', 'missing', {}],
    ['for another subject', 'trusting', { sub: 'repo:billing:main' }],
    ['for another audience', 'trusting', { aud: 'another' }],
    ['for another issuer', 'trusting', { iss: 'https://token.elsewhere.com/id' }],
  ])('refuses a role %s', async (_what, role, claims) => {
    await expect(exchange(role, claims)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
      $metadata: { httpStatusCode: 403 },
    });
  });
});

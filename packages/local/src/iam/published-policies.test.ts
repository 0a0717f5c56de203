import { describe, expect, it } from 'vitest';
import type { Given } from './request.fixture.ts';
import { ACCOUNT, outcome, ROLE, statement } from './request.fixture.ts';

const GUIDE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide';
const SQS = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide';
const TABLE = `arn:aws:dynamodb:us-west-2:${ACCOUNT}:table/GameScores`;

/** An example of AWS's documentation, rebuilt, with requests that it must allow and refuse. */
interface Example {
  readonly name: string;
  readonly source: string;
  readonly given: Given;
  readonly allowed: readonly Given[];
  readonly refused: readonly Given[];
}

const EXAMPLES: readonly Example[] = [
  {
    name: 'DynamoDB: rows of the user, and no other attributes',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html',
    given: {
      action: 'dynamodb:GetItem',
      on: TABLE,
      identity: statement({
        Effect: 'Allow',
        Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:PutItem'],
        Resource: ['arn:aws:dynamodb:us-west-2:111122223333:table/GameScores'],
        Condition: {
          'ForAllValues:StringEquals': {
            'dynamodb:LeadingKeys': ['${www.amazon.com:user_id}'],
            'dynamodb:Attributes': ['UserId', 'GameTitle', 'Wins', 'Losses'],
          },
          StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
        },
      }),
    },
    allowed: [
      {
        context: {
          'www.amazon.com:user_id': 'ada',
          'dynamodb:LeadingKeys': ['ada'],
          'dynamodb:Attributes': ['UserId', 'Wins'],
        },
      },
      {
        action: 'dynamodb:Query',
        context: {
          'www.amazon.com:user_id': 'ada',
          'dynamodb:LeadingKeys': ['ada'],
          'dynamodb:Attributes': ['UserId'],
          'dynamodb:Select': 'SPECIFIC_ATTRIBUTES',
        },
      },
    ],
    refused: [
      { context: { 'www.amazon.com:user_id': 'ada', 'dynamodb:LeadingKeys': ['bob'] } },
      { context: { 'www.amazon.com:user_id': 'ada', 'dynamodb:LeadingKeys': ['ada', 'bob'] } },
      {
        context: {
          'www.amazon.com:user_id': 'ada',
          'dynamodb:LeadingKeys': ['ada'],
          'dynamodb:Attributes': ['UserId', 'Secret'],
        },
      },
      { context: { 'www.amazon.com:user_id': 'ada', 'dynamodb:Select': 'ALL_ATTRIBUTES' } },
      { context: { 'dynamodb:LeadingKeys': ['ada'] } },
      { action: 'dynamodb:Scan', context: { 'www.amazon.com:user_id': 'ada' } },
    ],
  },
  {
    name: 'SQS: a topic sends to a queue',
    source: `${SQS}/subscribe-sqs-queue-to-sns-topic.html`,
    given: {
      as: 'sns',
      action: 'sqs:SendMessage',
      on: `arn:aws:sqs:us-east-2:${ACCOUNT}:MyQueue`,
      resource: statement({
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: `arn:aws:sqs:us-east-2:${ACCOUNT}:MyQueue`,
        Condition: { ArnEquals: { 'aws:SourceArn': `arn:aws:sns:us-east-2:${ACCOUNT}:MyTopic` } },
      }),
    },
    allowed: [{ context: { 'aws:SourceArn': `arn:aws:sns:us-east-2:${ACCOUNT}:MyTopic` } }],
    refused: [
      {},
      { context: { 'aws:SourceArn': `arn:aws:sns:us-east-2:${ACCOUNT}:Other` } },
      { action: 'sqs:ReceiveMessage', context: { 'aws:SourceArn': `arn:aws:sns:us-east-2:${ACCOUNT}:MyTopic` } },
    ],
  },
  {
    name: 'SQS: only through TLS',
    source: `${SQS}/sqs-security-best-practices.html`,
    given: {
      action: 'sqs:SendMessage',
      on: `arn:aws:sqs:us-east-2:${ACCOUNT}:MyQueue`,
      identity: statement({ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }),
      resource: statement({
        Effect: 'Deny',
        Principal: '*',
        Action: 'sqs:*',
        Resource: '*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    },
    allowed: [{ context: { 'aws:SecureTransport': 'true' } }, {}],
    refused: [{ context: { 'aws:SecureTransport': 'false' } }],
  },
  {
    name: 'S3: a folder of the user',
    source: `${GUIDE}/reference_policies_examples_s3_home-directory-console.html`,
    given: {
      as: 'user',
      action: 's3:ListBucket',
      on: 'arn:aws:s3:::amzn-s3-demo-bucket',
      identity: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 's3:ListBucket',
            Resource: 'arn:aws:s3:::amzn-s3-demo-bucket',
            Condition: { StringLike: { 's3:prefix': ['', 'home/', 'home/${aws:username}/*'] } },
          },
          {
            Effect: 'Allow',
            Action: 's3:*',
            Resource: ['arn:aws:s3:::amzn-s3-demo-bucket/home/${aws:username}/*'],
          },
        ],
      },
    },
    allowed: [
      { context: { 'aws:username': 'ada', 's3:prefix': 'home/ada/x' } },
      {
        action: 's3:PutObject',
        on: 'arn:aws:s3:::amzn-s3-demo-bucket/home/ada/x',
        context: { 'aws:username': 'ada' },
      },
      { context: { 'aws:username': 'ada', 's3:prefix': '' } },
    ],
    refused: [
      { context: { 'aws:username': 'ada', 's3:prefix': 'home/bob/x' } },
      { action: 's3:PutObject', on: 'arn:aws:s3:::amzn-s3-demo-bucket/home/bob/x', context: { 'aws:username': 'ada' } },
      { action: 's3:PutObject', on: 'arn:aws:s3:::amzn-s3-demo-bucket/home/bob/x', context: { 'aws:username': '*' } },
      { action: 's3:PutObject', on: 'arn:aws:s3:::amzn-s3-demo-bucket/home/ada/x' },
    ],
  },
  {
    name: 'IAM: no source address but ours',
    source: `${GUIDE}/reference_policies_examples_aws_deny-ip.html`,
    given: {
      identity: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: '*', Resource: '*' },
          {
            Effect: 'Deny',
            Action: '*',
            Resource: '*',
            Condition: {
              NotIpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '203.0.113.0/24', '2001:DB8:1234:5678::/64'] },
            },
          },
        ],
      },
    },
    allowed: [{ context: { 'aws:SourceIp': '192.0.2.77' } }, { context: { 'aws:SourceIp': '2001:db8:1234:5678::1' } }],
    refused: [{ context: { 'aws:SourceIp': '198.51.100.1' } }, {}],
  },
  {
    name: 'IAM: between two dates',
    source: `${GUIDE}/reference_policies_examples_aws-dates.html`,
    given: {
      identity: statement({
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: '*',
        Condition: {
          DateGreaterThan: { 'aws:CurrentTime': '2020-04-01T00:00:00Z' },
          DateLessThan: { 'aws:CurrentTime': '2020-06-30T23:59:59Z' },
        },
      }),
    },
    allowed: [{ context: { 'aws:CurrentTime': '2020-05-01T12:00:00Z' } }],
    refused: [
      { context: { 'aws:CurrentTime': '2020-07-01T00:00:00Z' } },
      { context: { 'aws:CurrentTime': '2020-04-01T00:00:00Z' } },
      {},
    ],
  },
  {
    name: 'IAM: everything but one service in one region',
    source: `${GUIDE}/reference_policies_elements_notaction.html`,
    given: {
      identity: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' },
          {
            Effect: 'Deny',
            NotAction: ['s3:*', 'iam:*'],
            NotResource: 'arn:aws:sqs:*:*:allowed-*',
            Condition: { StringNotEquals: { 'aws:RequestedRegion': ['eu-central-1', 'eu-west-1'] } },
          },
        ],
      },
    },
    allowed: [
      {},
      { action: 'sqs:SendMessage', on: `arn:aws:sqs:us-east-1:${ACCOUNT}:allowed-1` },
      {
        action: 'sqs:SendMessage',
        on: `arn:aws:sqs:us-east-1:${ACCOUNT}:x`,
        context: { 'aws:RequestedRegion': 'eu-west-1' },
      },
    ],
    refused: [
      { action: 'iam:GetRole', on: ROLE },
      {
        action: 'sqs:SendMessage',
        on: `arn:aws:sqs:us-east-1:${ACCOUNT}:x`,
        context: { 'aws:RequestedRegion': 'us-east-1' },
      },
    ],
  },
  {
    name: 'KMS: through one service only',
    source: 'https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html',
    given: {
      action: 'kms:Decrypt',
      on: `arn:aws:kms:us-west-2:${ACCOUNT}:key/1`,
      trust: 'policy',
      resource: statement({
        Effect: 'Allow',
        Principal: { AWS: ROLE },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Resource: '*',
        Condition: {
          StringEquals: {
            'kms:ViaService': ['secretsmanager.us-west-2.amazonaws.com', 'ssm.us-west-2.amazonaws.com'],
            'kms:EncryptionContext:app': 'orders',
          },
        },
      }),
    },
    allowed: [{ context: { 'kms:ViaService': 'ssm.us-west-2.amazonaws.com', 'kms:EncryptionContext:app': 'orders' } }],
    refused: [
      { context: { 'kms:ViaService': 'sqs.us-west-2.amazonaws.com', 'kms:EncryptionContext:app': 'orders' } },
      { context: { 'kms:ViaService': 'ssm.us-west-2.amazonaws.com' } },
      { context: { 'kms:EncryptionContext:app': 'orders' } },
    ],
  },
  {
    name: 'Variables: defaults and the three characters',
    source: `${GUIDE}/reference_policies_variables.html`,
    given: {
      identity: statement({
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: ["arn:aws:s3:::team-${aws:PrincipalTag/team, 'company-wide'}/*", 'arn:aws:s3:::dollar/${$}${*}${?}'],
      }),
    },
    allowed: [
      { on: 'arn:aws:s3:::team-company-wide/x' },
      { on: 'arn:aws:s3:::team-blue/x', context: { 'aws:PrincipalTag/team': 'blue' } },
      { on: 'arn:aws:s3:::dollar/$*?' },
    ],
    refused: [
      { on: 'arn:aws:s3:::team-company-wide/x', context: { 'aws:PrincipalTag/team': 'blue' } },
      { on: 'arn:aws:s3:::dollar/$ab' },
    ],
  },
  {
    name: 'Null: a token must be there',
    source: `${GUIDE}/reference_policies_elements_condition_operators.html`,
    given: {
      identity: statement({
        Effect: 'Allow',
        Action: '*',
        Resource: '*',
        Condition: { Null: { 'aws:TokenIssueTime': 'false' }, NumericLessThan: { 's3:max-keys': '11' } },
      }),
    },
    allowed: [{ context: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z', 's3:max-keys': '10' } }],
    refused: [
      { context: { 's3:max-keys': '10' } },
      { context: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z', 's3:max-keys': '11' } },
      { context: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z', 's3:max-keys': 'many' } },
    ],
  },
];

describe('examples of the documentation', () => {
  it.each(EXAMPLES)('$name', ({ given, allowed, refused, source }) => {
    expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
    for (const one of allowed) expect(outcome({ ...given, ...one }), JSON.stringify(one)).toBe('allowed');
    for (const one of refused) expect(outcome({ ...given, ...one }), JSON.stringify(one)).not.toBe('allowed');
  });
});

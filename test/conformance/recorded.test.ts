import {
  CloudWatchClient,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  GenerateRandomCommand,
  KMSClient,
  ListAliasesCommand,
  TagResourceCommand as TagKeyCommand,
} from '@aws-sdk/client-kms';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { SSM } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refusal, settings, tableInput } from './dynamodb-endpoint.ts';

// Answers recorded on AWS by the public LocalStack and dynalite suites, unless a test names another source.

const NOW = Date.UTC(2026, 10, 20, 12);
let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws({
    clock: createClock(() => NOW),
    publicParameters: {
      '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64': 'ami-0123456789abcdef0',
    },
  });
});
beforeEach(() => aws.reset());
afterAll(() => aws.close());

/** A call in the JSON protocol, answered as it comes. */
async function call(target: string, service: string, body: unknown) {
  const answer = await fetch(aws.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
      authorization: `AWS4-HMAC-SHA256 Credential=local/20261120/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
    },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe('DynamoDB', () => {
  const dynamodb = () => new DynamoDB(settings(aws.url));

  it('refuses throughput that does not change, or on demand (dynalite, updateTable.js)', async () => {
    const db = dynamodb();
    const ProvisionedThroughput = { ReadCapacityUnits: 5, WriteCapacityUnits: 6 };
    await db.createTable({
      ...tableInput(['pk:S']),
      keys: 1,
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput,
    } as never);
    const same = await refusal(db.updateTable({ TableName: 'things', ProvisionedThroughput }));
    expect(same.name).toBe('ValidationException');
    expect(same.message).toContain('The provisioned throughput for the table will not change.');
    expect(same.message).toContain('Requested WriteCapacityUnits: 6.');
    const both = db.updateTable({ TableName: 'things', BillingMode: 'PAY_PER_REQUEST', ProvisionedThroughput });
    expect((await refusal(both)).message).toContain(
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  });

  it.each(['Update', 'Delete', 'Put'] as const)(
    'refuses an empty key in a transaction at once: %s (LocalStack, test_transact_write_items_...)',
    async (kind) => {
      const db = dynamodb();
      await db.createTable(tableInput(['pk:S'], { keys: 1, TableName: 'things' }));
      const pk = { S: '' };
      const entry = {
        Update: {
          TableName: 'things',
          Key: { pk },
          UpdateExpression: 'SET a = :a',
          ExpressionAttributeValues: { ':a': { S: 'x' } },
        },
        Delete: { TableName: 'things', Key: { pk } },
        Put: { TableName: 'things', Item: { pk } },
      }[kind];
      expect(await refusal(db.transactWriteItems({ TransactItems: [{ [kind]: entry } as never] }))).toEqual({
        name: 'ValidationException',
        message:
          'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
      });
    },
  );

  it('spells Message with a capital beside the item of a failed condition (LocalStack, test_return_values_on_conditions_check_failure)', async () => {
    const db = dynamodb();
    await db.createTable(tableInput(['pk:S'], { keys: 1, TableName: 'things' }));
    const put = (more: object) =>
      call('DynamoDB_20120810.PutItem', 'dynamodb', { TableName: 'things', Item: { pk: { S: 'a' } }, ...more });
    await put({});
    const ConditionExpression = 'attribute_not_exists(pk)';
    const failed = await put({ ConditionExpression, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
    expect(failed.body).toEqual({
      __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
      Message: 'The conditional request failed',
      Item: { pk: { S: 'a' } },
    });
    expect((await put({ ConditionExpression })).body).toHaveProperty('message');
  });

  it('names the limit of a transaction, and shows no payload', async () => {
    const entry = { Put: { TableName: 'things', Item: { pk: { S: 'secret'.repeat(700) } } } };
    const refused = await refusal(
      dynamodb().transactWriteItems({ TransactItems: Array.from({ length: 101 }, () => entry) }),
    );
    expect(refused).toEqual({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100",
    });
  });

  it.each<[string, object, string]>([
    [
      'a key attribute without a definition',
      { KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }] },
      'Invalid KeySchema: Some index key attribute have no definition',
    ],
    [
      'a local index without a range key',
      {
        LocalSecondaryIndexes: [
          {
            IndexName: 'abc',
            KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      },
      'One or more parameter values were invalid: Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex',
    ],
    [
      'an empty list of indexes',
      { GlobalSecondaryIndexes: [] },
      'One or more parameter values were invalid: List of GlobalSecondaryIndexes is empty',
    ],
  ])('refuses %s (dynalite, createTable.js)', async (_what, more, message) => {
    const input = { ...tableInput(['pk:S'], { keys: 1, TableName: 'things' }), ...more };
    expect(await refusal(dynamodb().createTable(input))).toEqual({ name: 'ValidationException', message });
  });

  it('refuses two names on one side of a key condition (dynalite, query.js)', async () => {
    const db = dynamodb();
    await db.createTable(tableInput(['pk:S'], { keys: 1, TableName: 'things' }));
    const refused = await refusal(db.query({ TableName: 'things', KeyConditionExpression: 'pk = elsewhere' }));
    expect(refused.message).toBe(
      'Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition',
    );
  });
});

describe('Secrets Manager', () => {
  const secrets = () => new SecretsManager(settings(aws.url));

  // Source: API reference, ListSecrets: by creation date unless SortBy says otherwise.
  it('lists by creation date, and so does a batch by filters', async () => {
    const sm = secrets();
    for (const Name of ['b', 'a', 'c']) {
      await sm.createSecret({ Name, SecretString: 'x' });
      aws.clock.advance(1000);
    }
    const names = (list: ReadonlyArray<{ Name?: string | undefined }> = []) => list.map(({ Name }) => Name);
    expect(names((await sm.listSecrets({})).SecretList)).toEqual(['b', 'a', 'c']);
    const Filters = [{ Key: 'all' as const, Values: ['a', 'b', 'c'] }];
    expect(names((await sm.batchGetSecretValue({ Filters })).SecretValues)).toEqual(['b', 'a', 'c']);
    expect(names((await sm.listSecrets({ SortBy: 'name' })).SecretList)).toEqual(['a', 'b', 'c']);
  });

  it('shows an empty list once its tags are gone, and no empty description (test_resource_tags...)', async () => {
    const sm = secrets();
    await sm.createSecret({ Name: 'a', SecretString: 'x', Description: '' });
    expect(await sm.describeSecret({ SecretId: 'a' })).not.toHaveProperty('Tags');
    expect(await sm.describeSecret({ SecretId: 'a' })).not.toHaveProperty('Description');
    await sm.tagResource({ SecretId: 'a', Tags: [{ Key: 'k', Value: 'v' }] });
    await sm.untagResource({ SecretId: 'a', TagKeys: ['k'] });
    expect((await sm.describeSecret({ SecretId: 'a' })).Tags).toEqual([]);
  });

  it('spells Message with a capital in its own errors (test_exp_raised_on_creation_of_secret_scheduled_for_deletion...)', async () => {
    const get = (SecretId: string) => call('secretsmanager.GetSecretValue', 'secretsmanager', { SecretId });
    expect((await get('nope')).body).toEqual({
      __type: 'ResourceNotFoundException',
      Message: "Secrets Manager can't find the specified secret.",
    });
    expect((await get('a b')).body).toEqual({
      __type: 'ValidationException',
      message:
        'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    });
  });

  it('takes AWSPENDING from a version that loses AWSCURRENT (test_update_secret_version_stages_current_pending)', async () => {
    const sm = secrets();
    const first = await sm.createSecret({ Name: 'a', SecretString: 'one' });
    await sm.updateSecretVersionStage({ SecretId: 'a', VersionStage: 'AWSPENDING', MoveToVersionId: first.VersionId });
    await sm.putSecretValue({ SecretId: 'a', SecretString: 'two' });
    const { VersionIdsToStages = {} } = await sm.describeSecret({ SecretId: 'a' });
    expect(VersionIdsToStages[first.VersionId ?? '']).toEqual(['AWSPREVIOUS']);
  });

  it('answers 501 to members that it does not carry out, and names them', async () => {
    const refused = secrets().createSecret({ Name: 'a', Type: 'SalesforceClientSecret' });
    await expect(refused).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
      message: expect.stringContaining('Type'),
    });
  });

  // Sources: API reference, CreateSecret and DescribeSecret; the texts are moto's (test_secretsmanager.py).
  describe('replication', () => {
    const there = () => new SecretsManager({ ...settings(aws.url), region: 'us-east-1' });
    const create = () =>
      secrets().createSecret({ Name: 'a', SecretString: 'one', AddReplicaRegions: [{ Region: 'us-east-1' }] });

    it('copies a secret with its value, and every change of it', async () => {
      const { ARN = '', ReplicationStatus } = await create();
      expect(ReplicationStatus).toEqual([
        {
          Region: 'us-east-1',
          KmsKeyId: 'alias/aws/secretsmanager',
          Status: 'InSync',
          StatusMessage: 'Replication succeeded',
        },
      ]);
      expect(await there().getSecretValue({ SecretId: 'a' })).toMatchObject({
        ARN: ARN.replace('eu-west-1', 'us-east-1'),
        SecretString: 'one',
      });
      await secrets().putSecretValue({ SecretId: 'a', SecretString: 'two' });
      await secrets().tagResource({ SecretId: 'a', Tags: [{ Key: 'k', Value: 'v' }] });
      expect((await there().getSecretValue({ SecretId: 'a' })).SecretString).toBe('two');
      expect((await there().getSecretValue({ SecretId: 'a', VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('one');
      expect(await there().describeSecret({ SecretId: 'a' })).toMatchObject({
        PrimaryRegion: 'eu-west-1',
        Tags: [{ Key: 'k', Value: 'v' }],
      });
    });

    it('refuses the secret’s own region, changes of a replica, and deletion while there are replicas', async () => {
      const own = secrets().createSecret({ Name: 'b', AddReplicaRegions: [{ Region: 'eu-west-1' }] });
      expect(await refusal(own)).toEqual({ name: 'InvalidParameterException', message: 'Invalid replica region.' });
      await create();
      const change = await refusal(there().putSecretValue({ SecretId: 'a', SecretString: 'x' }));
      expect(change).toEqual({
        name: 'InvalidRequestException',
        message: "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
      });
      expect(await refusal(secrets().deleteSecret({ SecretId: 'a' }))).toEqual({
        name: 'InvalidParameterException',
        message: "You can't delete secret a that still has replica regions [us-east-1]",
      });
      expect((await secrets().listSecrets({})).SecretList).toHaveLength(1);
    });

    it('fails without an error where another secret has the name', async () => {
      await there().createSecret({ Name: 'a', SecretString: 'other' });
      const { ReplicationStatus = [] } = await create();
      expect(ReplicationStatus[0]).toMatchObject({
        Status: 'Failed',
        StatusMessage: 'Replication failed: Secret name a already exists in region us-east-1.',
      });
      expect((await there().getSecretValue({ SecretId: 'a' })).SecretString).toBe('other');
      const AddReplicaRegions = [{ Region: 'us-east-1' }];
      await secrets().replicateSecretToRegions({ SecretId: 'a', AddReplicaRegions, ForceOverwriteReplicaSecret: true });
      expect((await there().getSecretValue({ SecretId: 'a' })).SecretString).toBe('one');
    });

    it('ends by removal of a region, or by promotion of the replica', async () => {
      await create();
      await there().stopReplicationToReplica({ SecretId: 'a' });
      await there().putSecretValue({ SecretId: 'a', SecretString: 'mine' });
      expect((await secrets().describeSecret({ SecretId: 'a' })).ReplicationStatus).toBeUndefined();
      await secrets().replicateSecretToRegions({ SecretId: 'a', AddReplicaRegions: [{ Region: 'eu-west-3' }] });
      await secrets().removeRegionsFromReplication({ SecretId: 'a', RemoveReplicaRegions: ['eu-west-3'] });
      const gone = new SecretsManager({ ...settings(aws.url), region: 'eu-west-3' }).describeSecret({ SecretId: 'a' });
      expect((await refusal(gone)).name).toBe('ResourceNotFoundException');
      expect((await secrets().getSecretValue({ SecretId: 'a' })).SecretString).toBe('one');
    });
  });
});

describe('SSM', () => {
  const ssm = () => new SSM(settings(aws.url));
  const names = async (filter: { Key: string; Option?: string; Values: string[] }) =>
    ((await ssm().describeParameters({ ParameterFilters: [filter] })).Parameters ?? []).map(({ Name }) => Name).sort();

  // Source: moto, test_describe_parameters_filter_names.
  it('ignores one leading slash in a filter by name', async () => {
    for (const Name of ['host', '/host-b', '/other']) await ssm().putParameter({ Name, Value: 'x', Type: 'String' });
    expect(await names({ Key: 'Name', Option: 'Equals', Values: ['/host'] })).toEqual(['host']);
    expect(await names({ Key: 'Name', Option: 'BeginsWith', Values: ['host'] })).toEqual(['/host-b', 'host']);
  });

  // Source: moto, and the API reference of ParameterStringFilter.
  it.each(['/aws/x', '/ssm/x', 'x'.repeat(1025)])('refuses the filter value %s', async (value) => {
    const Key = value.startsWith('/') ? 'Path' : 'Name';
    expect((await refusal(names({ Key, Values: [value] }))).name).toBe('ValidationException');
  });

  // Source: user guide, "Working with public parameters".
  it('answers for the public parameters that it was started with, and says how to add one', async () => {
    const image = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
    expect((await ssm().getParameter({ Name: image })).Parameter).toMatchObject({
      ARN: `arn:aws:ssm:eu-west-1::parameter${image}`,
      Name: image,
      Type: 'String',
      Value: 'ami-0123456789abcdef0',
      DataType: 'aws:ec2:image',
      Version: 1,
    });
    const { Parameters = [] } = await ssm().getParametersByPath({ Path: '/aws/service', Recursive: true });
    expect(Parameters.map(({ Name }) => Name)).toEqual([image]);
    const refused = await refusal(ssm().getParameter({ Name: '/aws/service/ecs/optimized-ami/x' }));
    expect(refused.name).toBe('ParameterNotFound');
    expect(refused.message).toContain('publicParameters');
    expect((await refusal(ssm().putParameter({ Name: image, Value: 'x', Type: 'String' }))).name).toBe(
      'AccessDeniedException',
    );
  });
});

describe('CloudWatch', () => {
  const cloudwatch = () => new CloudWatchClient(settings(aws.url));
  const put = (datum: object) =>
    cloudwatch().send(
      new PutMetricDataCommand({
        Namespace: 'shop',
        MetricData: [{ MetricName: 'm', Timestamp: new Date(NOW), ...datum }],
      }),
    );
  const span = { StartTime: new Date(NOW - 60_000), EndTime: new Date(NOW + 60_000) };

  it('keeps points of different units apart (test_put_metric_data_with_different_units...)', async () => {
    await put({ Value: 1, Unit: 'Seconds' });
    await put({ Value: 9, Unit: 'Bytes' });
    const { Datapoints = [] } = await cloudwatch().send(
      new GetMetricStatisticsCommand({ Namespace: 'shop', MetricName: 'm', Period: 60, Statistics: ['Sum'], ...span }),
    );
    expect(Datapoints.map(({ Unit, Sum }) => `${Unit} ${Sum}`).sort()).toEqual(['Bytes 9', 'Seconds 1']);
  });

  it.each([
    [[['Sum', 60]], ['m']],
    [
      [
        ['Sum', 60],
        ['Average', 60],
      ],
      ['m Sum', 'm Average'],
    ],
    [
      [
        ['Sum', 60],
        ['Sum', 120],
      ],
      ['m 60', 'm 120'],
    ],
    [
      [
        ['Sum', 60],
        ['Average', 120],
      ],
      ['m Sum 60', 'm Average 120'],
    ],
  ] as Array<[Array<[string, number]>, string[]]>)('labels %o as %o (test_label_generation)', async (stats, labels) => {
    await put({ Value: 1 });
    const { MetricDataResults = [] } = await cloudwatch().send(
      new GetMetricDataCommand({
        ...span,
        MetricDataQueries: stats.map(([Stat, Period], index) => ({
          Id: `q${index}`,
          MetricStat: { Metric: { Namespace: 'shop', MetricName: 'm' }, Stat, Period },
        })),
      }),
    );
    expect(MetricDataResults.map(({ Label }) => Label)).toEqual(labels);
  });

  it.each([
    [
      { Value: 1, Values: [1] },
      'InvalidParameterCombination',
      'member.1.Value and MetricData.member.1.Values are mutually',
    ],
    [
      { Value: 1, StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 1, Maximum: 1 } },
      'InvalidParameterCombination',
      'member.1.StatisticValues are mutually exclusive',
    ],
    [{ Values: [1, 2], Counts: [1] }, 'InvalidParameterValue', 'must be of the same size.'],
  ])('refuses %o (test_put_metric_data_validation)', async (datum, code, text) => {
    const refused = await refusal(put(datum));
    expect(refused.name).toContain(code);
    expect(refused.message).toContain(text);
  });

  it('takes Values beside StatisticValues', async () => {
    await put({ Values: [1], StatisticValues: { SampleCount: 2, Sum: 4, Minimum: 1, Maximum: 3 } });
  });
});

it('refuses a log group identifier that ends in :* (LocalStack, test_filter_log_events_response_header...)', async () => {
  const logs = new CloudWatchLogsClient(settings(aws.url));
  await logs.send(new CreateLogGroupCommand({ logGroupName: 'g' }));
  const arn = 'arn:aws:logs:eu-west-1:123456789012:log-group:g';
  await logs.send(new FilterLogEventsCommand({ logGroupIdentifier: arn }));
  const refused = await refusal(logs.send(new FilterLogEventsCommand({ logGroupIdentifier: `${arn}:*` })));
  expect(refused.name).toBe('InvalidParameterException');
});

describe('KMS', () => {
  const kms = () => new KMSClient(settings(aws.url));

  // Source: API reference, ListAliases.
  it('lists the aliases of services from the start, without a key', async () => {
    const { Aliases = [] } = await kms().send(new ListAliasesCommand({}));
    expect(Aliases).toContainEqual({
      AliasName: 'alias/aws/s3',
      AliasArn: 'arn:aws:kms:eu-west-1:123456789012:alias/aws/s3',
    });
  });

  it('refuses an alias without its prefix (test_create_alias)', async () => {
    const { KeyMetadata } = await kms().send(new CreateKeyCommand({}));
    const create = new CreateAliasCommand({ AliasName: 'orders', TargetKeyId: KeyMetadata?.KeyId });
    expect(await refusal(kms().send(create))).toEqual({
      name: 'ValidationException',
      message:
        'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    });
  });

  it('refuses tag keys with the prefix of AWS in any case (test_tag_key_...)', async () => {
    const { KeyMetadata } = await kms().send(new CreateKeyCommand({}));
    for (const TagKey of ['aws:a', 'AWS:a', 'Aws:a']) {
      const tag = new TagKeyCommand({ KeyId: KeyMetadata?.KeyId, Tags: [{ TagKey, TagValue: 'x' }] });
      expect((await refusal(kms().send(tag))).name).toBe('TagException');
    }
  });

  it.each([
    [undefined, 'NumberOfBytes is required.'],
    [
      1025,
      "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024",
    ],
  ])(
    'refuses to generate %s random bytes (test_generate_random_invalid_number_of_bytes)',
    async (NumberOfBytes, message) => {
      expect(await refusal(kms().send(new GenerateRandomCommand({ NumberOfBytes })))).toEqual({
        name: 'ValidationException',
        message,
      });
    },
  );

  it('shows value and full path of a member that breaks a constraint', async () => {
    const tag = new CreateKeyCommand({ Tags: [{ TagKey: 'k'.repeat(129), TagValue: 'x' }] });
    expect((await refusal(kms().send(tag))).message).toBe(
      `1 validation error detected: Value '${'k'.repeat(129)}' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length less than or equal to 128`,
    );
  });
});

describe('STS', () => {
  type Keys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  const assume = (more: object, keys: Keys = { accessKeyId: 'local', secretAccessKey: 'local' }) =>
    new STSClient({ ...settings(aws.url), credentials: keys }).send(
      new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::123456789012:role/app', RoleSessionName: 'test', ...more }),
    );
  const tag = (Key: string) => ({ Key, Value: 'x' });

  it('checks session tags (test_assume_role_tag_validation)', async () => {
    const { Credentials } = await assume({ Tags: [tag('Team')], TransitiveTagKeys: ['team'] });
    const keys = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    const name = 'InvalidParameterValue';
    expect(await refusal(assume({ Tags: [tag('a'), tag('A')] }))).toEqual({
      name,
      message: 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    });
    expect(await refusal(assume({ Tags: [tag('a')], TransitiveTagKeys: ['b'] }))).toEqual({
      name,
      message: 'The specified transitive tag key must be included in the requested tags.',
    });
    expect(await refusal(assume({ Tags: [tag('TEAM')] }, keys))).toEqual({
      name,
      message:
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    });
  });

  it('names AssumeRoleWithSAML in a 501: it needs no signature', async () => {
    const body = new URLSearchParams({ Action: 'AssumeRoleWithSAML', RoleArn: 'arn:aws:iam::123456789012:role/app' });
    const answer = await fetch(aws.url, { method: 'POST', body });
    expect(answer.status).toBe(501);
    expect(await answer.text()).toContain('AssumeRoleWithSAML');
  });
});

// Source: IAM user guide, ARNs.
it.each([
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
])('writes ARNs of %s in the partition %s', async (region, partition) => {
  const sns = new SNSClient({ ...settings(aws.url), region });
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'events' }));
  expect(TopicArn).toBe(`arn:${partition}:sns:${region}:123456789012:events`);
  const { ARN } = await new SecretsManager({ ...settings(aws.url), region }).createSecret({ Name: 'a' });
  expect(ARN).toContain(`arn:${partition}:secretsmanager:${region}:`);
});

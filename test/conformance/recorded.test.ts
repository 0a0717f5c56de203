import {
  CloudWatchClient,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
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
import { describe, expect, it } from 'vitest';
import { refusal, settings } from './dynamodb-endpoint.ts';
import { aws, NOW, prepareRecorded } from './recorded.fixture.ts';

prepareRecorded();

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
      'The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have specified both.',
    ],
    [
      { Value: 1, StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 1, Maximum: 1 } },
      'InvalidParameterCombination',
      'The parameters MetricData.member.1.Value and MetricData.member.1.StatisticValues are mutually exclusive and you have specified both.',
    ],
    [
      { Values: [1, 2], Counts: [1] },
      'InvalidParameterValue',
      'The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the same size.',
    ],
  ])('refuses %o (test_put_metric_data_validation)', async (datum, code, text) => {
    const refused = await refusal(put(datum));
    expect(refused.name).toContain(code);
    expect(refused.message).toBe(text);
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

  it('refuses tag keys with the prefix of AWS in any case (test_create_key_with_invalid_tag_key)', async () => {
    const { KeyMetadata } = await kms().send(new CreateKeyCommand({}));
    for (const TagKey of ['aws:a', 'AWS:a', 'Aws:a']) {
      const tag = new TagKeyCommand({ KeyId: KeyMetadata?.KeyId, Tags: [{ TagKey, TagValue: 'x' }] });
      expect(await refusal(kms().send(tag))).toEqual({
        name: 'TagException',
        message: 'Tags beginning with aws: are reserved',
      });
    }
  });

  it.each([
    [undefined, 'NumberOfBytes is required.'],
    [
      0,
      "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
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

import {
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';
import {
  aws,
  createGroup,
  DAY,
  logGroupName,
  logStreamName,
  metrics,
  NOW,
  prepareLogs,
  put,
  refusal,
} from './logs-and-metrics.fixture.ts';

prepareLogs();

const dimensions = [{ Name: 'service', Value: 'orders' }];

const span = { StartTime: new Date(NOW - 600_000), EndTime: new Date(NOW + 600_000) };

const statistics = async (MetricName: string, more: object = {}) =>
  (
    await metrics.send(
      new GetMetricStatisticsCommand({
        Namespace: 'shop',
        MetricName,
        Dimensions: dimensions,
        ...span,
        Period: 60,
        Statistics: ['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum'],
        ...more,
      }),
    )
  ).Datapoints;

describe('metrics', () => {
  it('are put as values, counted values and statistic sets, and read by period', async () => {
    await metrics.send(
      new PutMetricDataCommand({
        Namespace: 'shop',
        MetricData: [
          { MetricName: 'latency', Dimensions: dimensions, Timestamp: new Date(NOW), Value: 10, Unit: 'Milliseconds' },
          {
            MetricName: 'latency',
            Dimensions: dimensions,
            Timestamp: new Date(NOW + 1000),
            Values: [20, 40],
            Counts: [3, 1],
            Unit: 'Milliseconds',
          },
          {
            MetricName: 'latency',
            Dimensions: dimensions,
            Timestamp: new Date(NOW + 60_000),
            StatisticValues: { SampleCount: 2, Sum: 30, Minimum: 5, Maximum: 25 },
            Unit: 'Milliseconds',
          },
        ],
      }),
    );
    expect(await statistics('latency')).toEqual([
      {
        Timestamp: new Date(NOW),
        Unit: 'Milliseconds',
        SampleCount: 5,
        Sum: 110,
        Average: 22,
        Minimum: 10,
        Maximum: 40,
      },
      {
        Timestamp: new Date(NOW + 60_000),
        Unit: 'Milliseconds',
        SampleCount: 2,
        Sum: 30,
        Average: 15,
        Minimum: 5,
        Maximum: 25,
      },
    ]);
    expect((await statistics('latency', { ExtendedStatistics: ['p50', 'p99'] }))?.[0]?.ExtendedStatistics).toEqual({
      p50: 20,
      p99: 40,
    });
    const query = (Stat: string) => ({
      Id: `q${Stat.toLowerCase()}`,
      MetricStat: { Metric: { Namespace: 'shop', MetricName: 'latency', Dimensions: dimensions }, Period: 60, Stat },
    });
    const { MetricDataResults } = await metrics.send(
      new GetMetricDataCommand({
        ...span,
        MetricDataQueries: [query('Sum'), { ...query('Maximum'), ReturnData: false }, query('p90')],
      }),
    );
    expect(MetricDataResults).toEqual([
      {
        Id: 'qsum',
        Label: 'latency Sum',
        Timestamps: [new Date(NOW + 60_000), new Date(NOW)],
        Values: [30, 110],
        StatusCode: 'Complete',
      },
      { Id: 'qp90', Label: 'latency p90', Timestamps: [new Date(NOW)], Values: [40], StatusCode: 'Complete' },
    ]);
  });

  it('are listed by name and dimension', async () => {
    const MetricData = [
      { MetricName: 'a', Dimensions: dimensions, Value: 1 },
      { MetricName: 'b', Value: 1 },
    ];
    await metrics.send(new PutMetricDataCommand({ Namespace: 'shop', MetricData }));
    const names = async (input: object) =>
      (await metrics.send(new ListMetricsCommand(input))).Metrics?.map(({ MetricName }) => MetricName);
    expect(await names({})).toEqual(['a', 'b']);
    expect(await names({ Dimensions: [{ Name: 'service' }] })).toEqual(['a']);
    expect(await names({ Namespace: 'other' })).toEqual([]);
  });

  it('come from log events in the embedded metric format', async () => {
    await createGroup();
    const _aws = {
      Timestamp: NOW,
      CloudWatchMetrics: [
        {
          Namespace: 'shop',
          Dimensions: [['service'], []],
          Metrics: [{ Name: 'orders', Unit: 'Count' }, { Name: 'missing' }],
        },
      ],
    };
    await put(
      JSON.stringify({ _aws, service: 'orders', orders: [1, 2] }),
      JSON.stringify({ _aws, service: 7, orders: 4 }),
      '{"_aws":{"CloudWatchMetrics":7}}',
      '{"_aws"',
    );
    expect(await statistics('orders')).toMatchObject([{ Sum: 3, SampleCount: 2, Unit: 'Count' }]);
    expect(await statistics('orders', { Dimensions: [] })).toMatchObject([{ Sum: 7, SampleCount: 3 }]);
    expect(await statistics('missing')).toEqual([]);
  });

  it.each([
    [
      { Namespace: 'AWS/EC2', MetricData: [] },
      'InvalidParameterValueException: The value AWS/ for parameter Namespace is invalid.',
    ],
    [
      { Namespace: 'shop', MetricData: [{ MetricName: 'a', Value: 1, Timestamp: new Date(NOW - 15 * DAY) }] },
      'two weeks in the past',
    ],
    [
      { Namespace: 'shop', MetricData: [{ MetricName: 'a', Value: 1, Values: [1] }] },
      'InvalidParameterCombinationException: The parameters',
    ],
    [{ Namespace: 'shop', MetricData: [{ MetricName: 'a', Values: [1], Counts: [1, 2] }] }, 'must be of the same size'],
  ])('are refused: %j', async (input, message) => {
    expect(await refusal(metrics.send(new PutMetricDataCommand(input)))).toContain(message);
    expect((await metrics.send(new ListMetricsCommand({}))).Metrics).toEqual([]);
  });
});

describe('the Query protocol of CloudWatch, which older clients speak', () => {
  const post = async (parameters: Record<string, string>) => {
    const response = await fetch(aws.url, {
      method: 'POST',
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=local/20261120/eu-west-1/monitoring/aws4_request, Signature=0',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ Version: '2010-08-01', ...parameters }),
    });
    return [response.status, await response.text()] as const;
  };
  const dimension = { 'Dimensions.member.1.Name': 'Stage', 'Dimensions.member.1.Value': '1' };
  const inDatum = (members: Record<string, string>) =>
    Object.fromEntries(Object.entries(members).map(([name, value]) => [`MetricData.member.1.${name}`, value]));

  it('puts, lists and reads: numbers of data, texts of dimensions, times in ISO 8601', async () => {
    const at = new Date(Math.floor(NOW / 60_000) * 60_000).toISOString();
    const [put, said] = await post({
      Action: 'PutMetricData',
      Namespace: 'Query',
      ...inDatum({ MetricName: 'Orders', Value: '2.5', Unit: 'Count', Timestamp: at, ...dimension }),
    });
    expect([put, said]).toEqual([200, expect.stringContaining('<PutMetricDataResponse')]);
    const [, listed] = await post({ Action: 'ListMetrics', Namespace: 'Query' });
    expect(listed).toContain('<Dimensions><member><Name>Stage</Name><Value>1</Value></member></Dimensions>');
    const [status, read] = await post({
      Action: 'GetMetricStatistics',
      Namespace: 'Query',
      MetricName: 'Orders',
      StartTime: at,
      EndTime: new Date(Date.parse(at) + 60_000).toISOString(),
      Period: '60',
      'Statistics.member.1': 'Sum',
      ...dimension,
    });
    expect([status, read]).toEqual([200, expect.stringContaining('<Sum>2.5</Sum>')]);
    expect(read).toContain(`<Timestamp>${at}</Timestamp>`);
  });

  it('reads lists of numbers, and refuses what is none', async () => {
    const values = { 'Values.member.1': '1', 'Values.member.2': '3', 'Counts.member.1': '2', 'Counts.member.2': '1' };
    const put = (members: Record<string, string>) =>
      post({ Action: 'PutMetricData', Namespace: 'Query', ...inDatum({ MetricName: 'Latency', ...members }) });
    expect((await put(values))[0]).toBe(200);
    expect(await put({ Value: 'much' })).toEqual([400, expect.stringContaining('<Code>MalformedInput</Code>')]);
    expect(await put({})).toEqual([400, expect.stringContaining('<Code>InvalidParameterCombination</Code>')]);
  });
});

describe.skipIf(!hasAwsCli)('the AWS CLI (needs aws-cli)', () => {
  it('the AWS CLI writes and reads both', { timeout: 180_000 }, async () => {
    const cli = (...args: string[]) => awsCli(aws.url, ...args);
    await cli('logs', 'create-log-group', '--log-group-name', logGroupName);
    await cli('logs', 'create-log-stream', '--log-group-name', logGroupName, '--log-stream-name', logStreamName);
    const events = JSON.stringify([{ timestamp: NOW, message: 'hello' }]);
    await cli(
      'logs',
      'put-log-events',
      '--log-group-name',
      logGroupName,
      '--log-stream-name',
      logStreamName,
      '--log-events',
      events,
    );
    expect(
      await cli('logs', 'filter-log-events', '--log-group-name', logGroupName, '--filter-pattern', 'hello'),
    ).toMatchObject({
      events: [{ message: 'hello' }],
    });
    const at = new Date(NOW).toISOString();
    await cli(
      'cloudwatch',
      'put-metric-data',
      '--namespace',
      'shop',
      '--metric-name',
      'a',
      '--value',
      '2.5',
      '--timestamp',
      at,
    );
    const end = new Date(NOW + 60_000).toISOString();
    expect(
      await cli(
        'cloudwatch',
        'get-metric-statistics',
        '--namespace',
        'shop',
        '--metric-name',
        'a',
        '--start-time',
        at,
        '--end-time',
        end,
        '--period',
        '60',
        '--statistics',
        'Sum',
      ),
    ).toMatchObject({ Label: 'a', Datapoints: [{ Sum: 2.5, Unit: 'None' }] });
    await expect(
      cli('cloudwatch', 'put-metric-data', '--namespace', 'AWS/X', '--metric-name', 'a', '--value', '1'),
    ).rejects.toThrow('InvalidParameterValue');
  });
});

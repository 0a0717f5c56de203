import {
  CloudWatchClient,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const DAY = 86_400_000;
const logGroupName = '/orders/api';
const logStreamName = 'task-1';

let aws: LocalAws;
let logs: CloudWatchLogsClient;
let metrics: CloudWatchClient;
beforeAll(async () => {
  aws = await startLocalAws({ clock: createClock(() => NOW) });
  const settings = {
    endpoint: aws.url,
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  logs = new CloudWatchLogsClient(settings);
  metrics = new CloudWatchClient(settings);
});
afterAll(() => aws.close());
beforeEach(() => {
  aws.clock.set(NOW);
  aws.reset();
});

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    ({ name, message }: Error) => `${name}: ${message}`,
  );

async function createGroup() {
  await logs.send(new CreateLogGroupCommand({ logGroupName, tags: { team: 'orders' } }));
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
}

const put = (...events: Array<string | [number, string]>) =>
  logs.send(
    new PutLogEventsCommand({
      logGroupName,
      logStreamName,
      logEvents: events.map((event, index) =>
        typeof event === 'string'
          ? { timestamp: NOW + index, message: event }
          : { timestamp: event[0], message: event[1] },
      ),
    }),
  );

const filter = async (filterPattern: string) =>
  (await logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern }))).events?.map(({ message }) => message);

describe('log groups and streams', () => {
  it('are made once, described and deleted', async () => {
    await createGroup();
    expect(await refusal(createGroup())).toBe('ResourceAlreadyExistsException: The specified log group already exists');
    expect(await refusal(logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName })))).toBe(
      'ResourceAlreadyExistsException: The specified log stream already exists',
    );
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/orders' }));
    const arn = 'arn:aws:logs:eu-west-1:123456789012:log-group:/orders/api';
    expect(logGroups).toEqual([
      {
        logGroupName,
        creationTime: NOW,
        metricFilterCount: 0,
        arn: `${arn}:*`,
        logGroupArn: arn,
        storedBytes: 0,
        logGroupClass: 'STANDARD',
      },
    ]);
    await logs.send(new DeleteLogStreamCommand({ logGroupName, logStreamName }));
    expect(await refusal(put('a'))).toBe('ResourceNotFoundException: The specified log stream does not exist.');
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
    expect(await refusal(put('a'))).toBe('ResourceNotFoundException: The specified log group does not exist.');
  });

  it('come in pages, streams by name or by time', async () => {
    await createGroup();
    for (const [name, offset] of [
      ['b', 3],
      ['a', 1],
      ['c', 2],
    ] as const) {
      await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: name }));
      const logEvents = [{ timestamp: NOW + offset, message: name }];
      await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName: name, logEvents }));
    }
    const names = async (more: object) => {
      const pages: string[] = [];
      let nextToken: string | undefined;
      do {
        const page = await logs.send(
          new DescribeLogStreamsCommand({
            logGroupName,
            limit: 2,
            ...(nextToken === undefined ? {} : { nextToken }),
            ...more,
          }),
        );
        pages.push((page.logStreams ?? []).map(({ logStreamName: name }) => name).join());
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return pages;
    };
    expect(await names({})).toEqual(['a,b', 'c,task-1']);
    expect(await names({ descending: true })).toEqual(['task-1,c', 'b,a']);
    expect(await names({ orderBy: 'LastEventTime', descending: true })).toEqual(['b,c', 'a,task-1']);
    expect(await refusal(names({ orderBy: 'LastEventTime', logStreamNamePrefix: 'a' }))).toContain(
      'Cannot order by LastEventTime',
    );
  });

  it('have tags by ARN', async () => {
    await createGroup();
    const resourceArn = 'arn:aws:logs:eu-west-1:123456789012:log-group:/orders/api';
    await logs.send(new TagResourceCommand({ resourceArn, tags: { stage: 'dev' } }));
    await logs.send(new UntagResourceCommand({ resourceArn, tagKeys: ['team'] }));
    expect((await logs.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ stage: 'dev' });
  });

  it.each([
    [{ logGroupName: 'a b' }, 'Member must satisfy regular expression pattern'],
    [{ logGroupName: '' }, 'Member must have length greater than or equal to 1'],
  ])('are not made of %j', async (input, message) => {
    expect(await refusal(logs.send(new CreateLogGroupCommand(input)))).toMatch(
      `InvalidParameterException: 1 validation error detected`,
    );
    expect(await refusal(logs.send(new CreateLogGroupCommand(input)))).toContain(message);
  });
});

describe('log events', () => {
  beforeEach(createGroup);

  it('are read forwards and backwards, and the same token at the end says so', async () => {
    await put('one', 'two', 'three', 'four', 'five');
    const read = (more: object) =>
      logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: 2, ...more }));
    const said = ({ events }: { events?: Array<{ message?: string | undefined }> | undefined }) =>
      events?.map(({ message }) => message).join();
    const last = await read({});
    expect(said(last)).toBe('four,five');
    const before = await read({ nextToken: last.nextBackwardToken });
    expect(said(before)).toBe('two,three');
    const first = await read({ startFromHead: true });
    expect(said(first)).toBe('one,two');
    const next = await read({ nextToken: first.nextForwardToken });
    expect(said(next)).toBe('three,four');
    const end = await read({ nextToken: last.nextForwardToken });
    expect([said(end), end.nextForwardToken]).toEqual(['', last.nextForwardToken]);
    expect(said(await read({ limit: 10, startTime: NOW + 1, endTime: NOW + 3 }))).toBe('two,three');
    await put([NOW + 10, 'six']);
    expect(said(await read({ nextToken: end.nextForwardToken }))).toBe('six');
    expect(await refusal(read({ nextToken: 'f/1' }))).toContain(
      'InvalidParameterException: The specified nextToken is invalid.',
    );
  });

  it('are refused out of order, over a day and over a mebibyte', async () => {
    expect(await refusal(put([NOW, 'b'], [NOW - 1, 'a']))).toContain('must be in chronological order');
    expect(await refusal(put([NOW - 2 * DAY, 'a'], [NOW, 'b']))).toContain('cannot span more than 24 hours');
    expect(await refusal(put('x'.repeat(1_048_576 - 25)))).toContain(
      'Upload too large: 1048577 bytes exceeds limit of 1048576',
    );
    await put('x'.repeat(1_048_576 - 26));
  });

  it('too old, too new and past retention are left out', async () => {
    expect((await put([NOW - 14 * DAY - 1, 'old'], [NOW - 14 * DAY + 1000, 'kept'])).rejectedLogEventsInfo).toEqual({
      tooOldLogEventEndIndex: 1,
    });
    expect((await put([NOW, 'now'], [NOW + 7_200_001, 'new'])).rejectedLogEventsInfo).toEqual({
      tooNewLogEventStartIndex: 1,
    });
    expect(await filter('')).toEqual(['kept', 'now']);
    await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 3 }));
    expect(await filter('')).toEqual(['now']);
    expect((await put([NOW - 3 * DAY - 1, 'expired'])).rejectedLogEventsInfo).toEqual({ expiredLogEventEndIndex: 1 });
    aws.clock.advance(3 * DAY + 1);
    expect(await filter('')).toEqual([]);
    expect(await refusal(logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 2 })))).toContain(
      'InvalidParameterException',
    );
  });

  it('are filtered over all streams in the order of time, in pages', async () => {
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'task-2' }));
    const logEvents = [{ timestamp: NOW + 1, message: 'between' }];
    await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName: 'task-2', logEvents }));
    await put([NOW, 'first'], [NOW + 2, 'last']);
    const one = await logs.send(new FilterLogEventsCommand({ logGroupName, limit: 2 }));
    expect(one.events).toMatchObject([
      {
        logStreamName: 'task-1',
        message: 'first',
        timestamp: NOW,
        ingestionTime: NOW,
        eventId: expect.stringMatching(/^\d{56}$/),
      },
      { logStreamName: 'task-2', message: 'between' },
    ]);
    const two = await logs.send(new FilterLogEventsCommand({ logGroupName, limit: 2, nextToken: one.nextToken }));
    expect([two.events?.map(({ message }) => message), two.nextToken]).toEqual([['last'], undefined]);
    const prefixed = await logs.send(
      new FilterLogEventsCommand({ logGroupName, logStreamNamePrefix: 'task-2', endTime: NOW + 1 }),
    );
    expect(prefixed.events?.map(({ message }) => message)).toEqual(['between']);
  });

  it.each([
    ['ERROR', ['[ERROR 419] MISSING ARGUMENTS', '[ERROR 420] INVALID ARGUMENTS']],
    ['ERROR ARGUMENTS 419', ['[ERROR 419] MISSING ARGUMENTS']],
    ['?INVALID ?WARN', ['[WARN 400] SLOW', '[ERROR 420] INVALID ARGUMENTS']],
    ['ERROR -INVALID', ['[ERROR 419] MISSING ARGUMENTS']],
    ['ERROR ?WARN', ['[ERROR 419] MISSING ARGUMENTS', '[ERROR 420] INVALID ARGUMENTS']],
    ['"[WARN 400]"', ['[WARN 400] SLOW']],
    ['%4[12]9%', ['[ERROR 419] MISSING ARGUMENTS']],
    ['error', []],
  ])('pass the text filter %s', async (pattern, expected) => {
    await put('[WARN 400] SLOW', '[ERROR 419] MISSING ARGUMENTS', '[ERROR 420] INVALID ARGUMENTS');
    expect(await filter(pattern)).toEqual(expected);
  });

  const A = '{"level":"error","status":503,"user":{"name":"Ann","roles":["admin","dev"]},"retry":true,"cause":null}';
  const B = '{"level":"info","status":200,"user":{"name":"Bob","roles":["dev"]},"retry":false,"ms":1.5e3}';
  it.each([
    ['{ $.level = "error" }', [A]],
    ['{ $.level = error }', [A]],
    ['{ $.level != "error" }', [B]],
    ['{ $.status >= 500 }', [A]],
    ['{ ($.status < 300 && $.user.name = "B*") || $.cause IS NULL }', [A, B]],
    ['{ $.user.roles[0] = "dev" }', [B]],
    ["{ $['user'].name = %^A.n$% }", [A]],
    ['{ $.retry IS TRUE }', [A]],
    ['{ $.ms NOT EXISTS }', [A]],
    ['{ $.ms = 1500 }', [B]],
    ['{ $.level = "e*r" && $.level != "x" }', [A]],
    ['{ $.level = "*" || $.level = "error" && $.status = 1 }', [A, B]],
  ])('pass the JSON filter %s', async (pattern, expected) => {
    await put(A, B, 'not JSON', '{ broken');
    expect(await filter(pattern)).toEqual(expected);
  });

  it.each([
    '{ $.a',
    '{ a = 1 }',
    '{ $.a = }',
    '{ $.a > "x" }',
    '{ $.a IS MAYBE }',
    '{ ($.a = 1 }',
    '"open',
    '%(a+)+%',
    '{}',
  ])('refuse the filter %s', async (pattern) => {
    expect(await refusal(filter(pattern))).toMatch(/^InvalidParameterException: Invalid filter pattern/);
  });
});

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

it.runIf(hasAwsCli)('the AWS CLI writes and reads both', { timeout: 180_000 }, async () => {
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

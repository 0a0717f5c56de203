import {
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
import { beforeEach, describe, expect, it } from 'vitest';
import {
  aws,
  createGroup,
  DAY,
  logGroupName,
  logStreamName,
  logs,
  NOW,
  prepareLogs,
  put,
  refusal,
} from './logs-and-metrics.fixture.ts';

prepareLogs();

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

import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refusal, settings } from './dynamodb-endpoint.ts';

// Sources: user guide, "CloudWatch Logs Insights language query syntax", and the API reference of
// StartQuery and GetQueryResults. The queries with `level` are those that packages/cdk saves.

const NOW = Date.UTC(2026, 10, 20, 12);
let aws: LocalAws;
let logs: CloudWatchLogs;
beforeAll(async () => {
  aws = await startLocalAws({ clock: createClock(() => NOW) });
  logs = new CloudWatchLogs(settings(aws.url));
});
afterAll(() => aws.close());

const LINES: ReadonlyArray<object | string> = [
  { level: 'INFO', component: 'api', message: 'in', http: { method: 'GET', path: '/a', duration_ms: 5 } },
  { level: 'INFO', component: 'api', message: 'in', http: { method: 'GET', path: '/a', duration_ms: 1500 } },
  { level: 'ERROR', component: 'api', message: 'failed', error: { name: 'TypeError' }, correlation_id: 'c1' },
  { level: 'WARN', component: 'orders', kind: 'message', message: 'again', receive_count: 2, correlation_id: 'c1' },
  { level: 'CRITICAL', component: 'orders', message: 'stopped', error: { name: 'TypeError' } },
  'START RequestId: 42 Version: $LATEST',
];

beforeEach(async () => {
  aws.reset();
  const logGroupName = 'app';
  const logStreamName = 's';
  await logs.createLogGroup({ logGroupName });
  await logs.createLogStream({ logGroupName, logStreamName });
  const logEvents = LINES.map((line, index) => ({
    timestamp: NOW - 60_000 + index * 1000,
    message: typeof line === 'string' ? line : JSON.stringify(line),
  }));
  await logs.putLogEvents({ logGroupName, logStreamName, logEvents });
});

const start = (queryString: string, more: object = {}) =>
  logs.startQuery({
    logGroupName: 'app',
    startTime: NOW / 1000 - 3600,
    endTime: NOW / 1000,
    queryString,
    ...more,
  });

async function run(queryString: string, more: object = {}) {
  const { queryId } = await start(queryString, more);
  const { results = [], status, statistics } = await logs.getQueryResults({ queryId });
  expect(status).toBe('Complete');
  const rows = results.map((row) =>
    Object.fromEntries(row.filter(({ field }) => field !== '@ptr').map(({ field, value }) => [field, value])),
  );
  return { rows, results, statistics };
}

describe('a query', () => {
  it('shows time and message, newest first, with a pointer', async () => {
    const { results, statistics } = await run('limit 1');
    expect(results).toEqual([
      [
        { field: '@timestamp', value: '2026-11-20 11:59:05.000' },
        { field: '@message', value: LINES[5] },
        { field: '@ptr', value: expect.any(String) },
      ],
    ]);
    expect(statistics).toMatchObject({ recordsMatched: 6, recordsScanned: 6 });
  });

  it.each<[string, object[]]>([
    [
      'fields level, component, error.name | filter level in ["ERROR", "CRITICAL"] | sort @timestamp desc | limit 100',
      [
        { level: 'CRITICAL', component: 'orders', 'error.name': 'TypeError' },
        { level: 'ERROR', component: 'api', 'error.name': 'TypeError' },
      ],
    ],
    [
      'filter level in ["ERROR", "CRITICAL"]\n| stats count(*) as errors by component, error.name\n| sort errors desc, component\n| limit 50',
      [
        { component: 'api', 'error.name': 'TypeError', errors: '1' },
        { component: 'orders', 'error.name': 'TypeError', errors: '1' },
      ],
    ],
    [
      'fields component | filter correlation_id = "c1" | sort @timestamp asc',
      [{ component: 'api' }, { component: 'orders' }],
    ],
    ['fields http.duration_ms | filter http.duration_ms > 1000', [{ 'http.duration_ms': '1500' }]],
    [
      'filter ispresent(http.path) | stats count(*) as requests, pct(http.duration_ms, 50) as p50 by http.method, http.path',
      [{ 'http.method': 'GET', 'http.path': '/a', requests: '2', p50: '752.5' }],
    ],
    ['fields message | filter level in ["WARN", "ERROR"] and kind = "message"', [{ message: 'again' }]],
    [
      'filter @message like /START\\s+RequestId/ | fields @logStream, @log',
      [{ '@logStream': 's', '@log': '123456789012:app' }],
    ],
    [
      'filter @message like "Version" | parse @message "RequestId: * Version: *" as id, version | display id, version',
      [{ id: '42', version: '$LATEST' }],
    ],
    ['parse /RequestId: (?<id>\\d+)/ | filter id = 42 | display id', [{ id: '42' }]],
    [
      'filter ispresent(level) and level not in ["INFO"] and not (component = "api") | stats count(*), avg(receive_count) as again',
      [{ 'count(*)': '2', again: '2' }],
    ],
    ['filter ispresent(level) | stats count(*) as n by bin(1h)', [{ 'bin(1h)': '2026-11-20 11:00:00.000', n: '5' }]],
    [
      'filter level = "WARN" | fields strlen(message) * 2 + 1 as size, toupper(component) as c',
      [{ size: '11', c: 'ORDERS' }],
    ],
    ['filter level = "NONE" | stats count(*) as n', [{ n: '0' }]],
    [
      'filter level = "INFO" | stats max(http.duration_ms) - min(http.duration_ms) as span, count_distinct(component) as c',
      [{ span: '1495', c: '1' }],
    ],
  ])('%s', async (query, rows) => {
    expect((await run(query)).rows).toEqual(rows);
  });

  it('is limited in time and number, and paged', async () => {
    expect((await run('fields level', { endTime: NOW / 1000 - 120 })).rows).toEqual([]);
    expect((await run('fields level', { limit: 2 })).rows).toHaveLength(2);
    const { queryId } = await start('fields component | filter ispresent(level)');
    const first = await logs.getQueryResults({ queryId, maxItems: 3 });
    expect(first.results).toHaveLength(3);
    const second = await logs.getQueryResults({ queryId, maxItems: 3, nextToken: first.nextToken });
    expect([second.results?.length, second.nextToken]).toEqual([2, undefined]);
  });

  it.each([
    'fields',
    'fields a |',
    'filter (a = 1',
    'filter a like /(/',
    'nonsense a',
    'stats a by b',
    'filter unknown(a)',
    'parse "a*" as b, c',
    'limit x',
    `filter ${'('.repeat(2000)}`,
  ])('that is malformed is refused: %s', async (query) => {
    expect((await refusal(start(query))).name).toBe('MalformedQueryException');
  });

  it('with a command that is not here answers 501, and one that does not exist 400', async () => {
    await expect(start('pattern @message')).rejects.toMatchObject({ $metadata: { httpStatusCode: 501 } });
    expect((await refusal(logs.getQueryResults({ queryId: 'x' }))).name).toBe('ResourceNotFoundException');
    const { queryId } = await start('fields level');
    expect((await refusal(logs.stopQuery({ queryId }))).name).toBe('InvalidParameterException');
    expect((await refusal(start('fields a', { logGroupName: 'none' }))).name).toBe('ResourceNotFoundException');
  });
});

import { runInScope } from '@twelvefold/lifecycle';
import { expect, test } from 'vitest';
import type { LoggerOptions } from '../logger/create-logger.ts';
import { createLogger } from '../logger/create-logger.ts';
import { createMetrics } from '../metrics/create-metrics.ts';

const clock = { now: () => Date.UTC(2026, 10, 22, 10, 11, 12, 345) };

function recorded(options: LoggerOptions = {}) {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  return { lines, logger: createLogger({ service: 'orders', format: 'pretty', clock, ...options, write }) };
}

test('one line per entry: time, level, component, message, correlation id, fields', async () => {
  const { logger, lines } = recorded({ facts: { region: 'eu-west-1' } });
  logger.info('Started');
  const trace = { xray: 'Root=1-a-b', traceparent: '00-a-b-01' };
  await runInScope({ kind: 'http', component: 'api', correlationId: 'c-1', trace }, () => {
    logger.warn('Slow', { tookMs: 1_200, path: '/orders/a b', deep: { a: [1, 'x'] } });
  });
  expect(lines).toEqual([
    '10:11:12.345 INFO  orders Started',
    '10:11:12.345 WARN  api Slow c-1 tookMs=1200 path="/orders/a b" deep={"a":[1,"x"]}',
  ]);
});

test('stacks below, causes and aggregated errors included', () => {
  const { logger, lines } = recorded();
  const error = new Error('Cannot place order', {
    cause: Object.assign(new AggregateError([new TypeError('one'), new RangeError('two')], 'both'), { code: 'E_BOTH' }),
  });
  logger.error('Failed', { orderId: 'o-1', error, other: new Error('beside', { cause: 'text' }) });
  const shown = (lines[0] ?? '').split('\n').filter((line) => !/^ +at /.test(line));
  expect(shown).toEqual([
    '10:11:12.345 ERROR orders Failed orderId="o-1"',
    '    Error: Cannot place order',
    '    caused by AggregateError: both',
    '      code="E_BOTH"',
    '    one of TypeError: one',
    '    one of RangeError: two',
    '    other: Error: beside',
    '    caused by "text"',
  ]);
  expect(lines[0]).toMatch(/\n {6}at .*pretty\.test\.ts/);
});

test('logged text cannot fake a line, a colour or a title', () => {
  const { logger, lines } = recorded();
  logger.info('a\n10:11:12.345 INFO  orders faked\u001b[31m\u009b1m', { 'k\r': 'v\u001b]0;title\u0007' });
  expect(lines[0]).not.toContain('\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
  expect(lines[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
});

test('logged text cannot turn what is read', () => {
  const { logger, lines } = recorded();
  logger.info('a\u202eb\u2066c\u2028d', { 'k\u200f': '\u2069' });
  expect(lines[0]).toBe('10:11:12.345 INFO  orders a\\u202eb\\u2066c\\u2028d k\\u200f="\\u2069"');
});

test('colours only when asked for', () => {
  const { logger, lines } = recorded({ color: true });
  logger.error('Failed');
  expect(lines[0]).toBe(
    '\u001b[2m10:11:12.345\u001b[0m \u001b[31mERROR\u001b[0m \u001b[36morders\u001b[0m \u001b[1mFailed\u001b[0m',
  );
});

test('metrics on one line, of many values the middle and the end', async () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const metrics = createMetrics({ namespace: 'Orders', service: 'orders', format: 'pretty', clock, write });
  metrics.addDimension('tenant', 't\n1').addMetric('a', 'Count', 2);
  for (const ms of [12, 3.5, 5]) metrics.addMetric('took', 'Milliseconds', ms);
  await metrics.flush();
  metrics.addDimension('component', 'api').addMetric('a', 'Count', 1);
  await metrics.flush();
  expect(lines).toEqual([
    '10:11:12.345 METRIC orders a=2 took=3 values, median 5 ms, most 12 ms tenant="t\\n1"',
    '10:11:12.345 METRIC api a=1',
  ]);
});

import { runInScope } from '@twelvefold/lifecycle';
import { describe, expect, test, vi } from 'vitest';
import { createRedactor } from '../redact/redactor.ts';
import type { Emf } from './metrics.fixture.ts';
import { AT, recorded } from './metrics.fixture.ts';

describe('the limits of EMF', () => {
  const names = (object: Emf) => object._aws.CloudWatchMetrics[0].Metrics.map(({ Name }) => Name);

  test('over 100 metrics are split, each object with all dimensions and metadata', async () => {
    const { metrics, objects } = recorded();
    await runInScope({ kind: 'task', component: 'x' }, () => {
      for (let index = 0; index < 250; index += 1) metrics.addMetric(`m${index}`, 'Count', index);
      metrics.addDimension('late', 'dimension').addMetadata('k', 'v');
    });
    expect(objects().map((object) => names(object).length)).toEqual([100, 100, 50]);
    expect(new Set(objects().flatMap(names)).size).toBe(250);
    for (const object of objects()) {
      expect(object).toMatchObject({ late: 'dimension', k: 'v', service: 'orders' });
      for (const name of names(object)) expect(object[name]).toBe(Number(name.slice(1)));
      expect(Object.keys(object)).toHaveLength(names(object).length + 4);
    }
  });

  test('over 100 values of a metric are split', async () => {
    const { metrics, objects } = recorded();
    for (let value = 0; value < 201; value += 1) metrics.addMetric('a', 'Count', value);
    metrics.addMetric('b', 'Count', 1);
    await metrics.flush();
    expect(objects().map(({ a }) => (Array.isArray(a) ? a.length : a))).toEqual([100, 100, 200]);
    expect(objects().map(names)).toEqual([['a', 'b'], ['a'], ['a']]);
  });

  test('each line stays under 256 KiB and is unbroken', async () => {
    const { metrics, texts, objects } = recorded();
    for (const key of ['p', 'q', 'r']) metrics.addMetadata(key, 'x'.repeat(16_000));
    for (let index = 0; index < 100; index += 1) {
      for (let value = 0; value < 100; value += 1)
        metrics.addMetric(`${index}${'n'.repeat(250)}`, 'Count', 1 / (value + 3) + value);
    }
    await metrics.flush();
    expect(texts.length).toBeGreaterThan(1);
    for (const text of texts) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(256 * 1024 - 26);
      expect(text).not.toContain('\n');
    }
    expect(objects().flatMap(names)).toHaveLength(100);
    for (const object of objects()) for (const name of names(object)) expect(object[name]).toHaveLength(100);
  });

  test('a set that never ends is published before it grows without bound, and keeps its dimensions', async () => {
    const { metrics, objects } = recorded();
    metrics.addDimension('d', '1');
    for (let value = 0; value < 10_001; value += 1) metrics.addMetric('a', 'Count', value);
    expect(objects()).toHaveLength(100);
    await metrics.flush();
    expect(objects()).toHaveLength(101);
    expect(objects().at(-1)).toMatchObject({ a: 10_000, d: '1' });
  });

  test('30 dimensions fit, one more is an error', () => {
    const { metrics } = recorded();
    for (let index = 1; index < 30; index += 1) metrics.addDimension(`d${index}`, 'v');
    metrics.addDimension('d29', 'replaced');
    expect(() => metrics.addDimension('d30', 'v')).toThrow(
      "Cannot add dimension 'd30': a set has at most 30 dimensions, the default ones included",
    );
    expect(() => metrics.setDefaultDimensions({ more: 'v' })).toThrow(RangeError);
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`x${index}`, 'v']));
    expect(() => metrics.addDimensions(many)).toThrow(RangeError);
  });

  test.each<[string, () => void]>([
    ['an empty name', () => recorded().metrics.addMetric('', 'Count', 1)],
    ['a long name', () => recorded().metrics.addMetric('x'.repeat(256), 'Count', 1)],
    ['NaN', () => recorded().metrics.addMetric('a', 'Count', Number.NaN)],
    ['text as a value', () => recorded().metrics.addMetric('a', 'Count', '1' as never)],
    ['an unknown unit', () => recorded().metrics.addMetric('a', 'Pieces' as never, 1)],
    ['an unknown resolution', () => recorded().metrics.addMetric('a', 'Count', 1, 5 as never)],
    ['another unit', () => recorded().metrics.addMetric('a', 'Count', 1).addMetric('a', 'Seconds', 1)],
    ['EMF’s own field', () => recorded().metrics.addMetric('_aws', 'Count', 1)],
    ['a metric named as a dimension', () => recorded().metrics.addMetric('service', 'Count', 1)],
    ['a metric named as metadata', () => recorded().metrics.addMetadata('a', 'x').addMetric('a', 'Count', 1)],
    ['a dimension named as a metric', () => recorded().metrics.addMetric('a', 'Count', 1).addDimension('a', 'x')],
    ['a set naming a metric', () => recorded().metrics.addMetric('a', 'Count', 1).addDimensions({ a: 'x' })],
    ['metadata named as a metric', () => recorded().metrics.addMetric('a', 'Count', 1).addMetadata('a', 'x')],
  ])('%s throws where it is added, not where the scope ends', (_name, add) => {
    expect(add).toThrow(/^Cannot add /);
  });

  test('a timestamp CloudWatch would skip is said', () => {
    const { metrics, warnings } = recorded();
    metrics.setTimestamp(AT - 14 * 86_400_000).setTimestamp(AT + 2 * 3_600_000);
    expect(warnings).toEqual([]);
    metrics
      .setTimestamp(AT - 14 * 86_400_000 - 1)
      .setTimestamp(AT + 2 * 3_600_000 + 1)
      .setTimestamp(Number.NaN);
    expect(warnings).toHaveLength(3);
  });
});

test('secrets do not leave through dimensions or metadata', async () => {
  const redactor = createRedactor();
  redactor.add('hunter22');
  const { metrics, objects } = recorded({ redactor });
  metrics
    .addDimension('d', 'is hunter22')
    .addMetadata('m', 'hunter22!')
    .addMetadata('token', 'abc')
    .addMetric('a', 'Count', 1);
  await metrics.flush();
  expect(objects()).toMatchObject([{ d: 'is [redacted]', m: '[redacted]!', token: '[redacted]' }]);
});

test('publishing nothing is said, and throws when asked to', () => {
  const { metrics, warnings } = recorded();
  metrics.publishStoredMetrics();
  expect(warnings).toEqual(['No metrics to publish']);
  metrics.setThrowOnEmptyMetrics(true);
  expect(() => metrics.publishStoredMetrics()).toThrow(RangeError);
});

test('POWERTOOLS_METRICS_DISABLED switches publishing off', () => {
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'true');
  const { metrics, texts } = recorded();
  metrics.addMetric('a', 'Count', 1).publishStoredMetrics();
  expect([texts, metrics.hasStoredMetrics()]).toEqual([[], false]);
  vi.unstubAllEnvs();
});

test('wrong options throw', () => {
  expect(() => recorded({ namspace: 'x' } as never)).toThrow(/unknown option 'namspace'/);
  expect(() => recorded({ namespace: ' ' })).toThrow("Cannot create metrics: 'namespace' is empty");
  expect(() => recorded({ service: '' })).toThrow(TypeError);
});

describe('the budget of a dimension', () => {
  const values = (objects: Emf[], name: string) => objects.map((object) => object[name]);

  test('publishes what is over it as other, and says so once per dimension', () => {
    const { metrics, objects, warnings } = recorded({ dimensionValues: 2 });
    for (const tenant of ['t-1', 't-2', 't-3', 't-1', 't-4']) {
      metrics.addDimension('tenant', tenant).addDimensions({ plan: 'gold', user: `u-${tenant}` });
      metrics.addMetric('a', 'Count', 1).publishStoredMetrics();
    }
    expect(values(objects(), 'tenant')).toEqual(['t-1', 't-2', 'other', 't-1', 'other']);
    expect(values(objects(), 'user')).toEqual(['u-t-1', 'u-t-2', 'other', 'u-t-1', 'other']);
    expect(values(objects(), 'plan')).toEqual(['gold', 'gold', 'gold', 'gold', 'gold']);
    expect(warnings.filter((text) => text.includes("'tenant' has over 2 values"))).toHaveLength(1);
    expect(warnings).toHaveLength(2);
  });

  test('is one for all scopes and single metrics', async () => {
    const { metrics, objects } = recorded({ dimensionValues: 1 });
    const scope = (tenant: string) =>
      runInScope({ kind: 'http', component: 'api' }, () => {
        metrics.addDimension('tenant', tenant).addMetric('a', 'Count', 1);
      });
    await scope('t-1');
    await scope('t-2');
    metrics.singleMetric().addDimension('tenant', 't-3').addMetric('b', 'Count', 1);
    expect(values(objects(), 'tenant')).toEqual(['t-1', 'other', 'other']);
  });

  test('holds for names as well: values in their place end as other', () => {
    const { metrics, objects, warnings } = recorded();
    for (let index = 0; index < 150; index += 1) {
      metrics.addDimension(`d-${index}`, 'x').addMetric('a', 'Count', 1).publishStoredMetrics();
    }
    expect(objects().at(98)).toMatchObject({ 'd-98': 'x' });
    expect(objects().at(149)).toMatchObject({ 'd-149': 'other' });
    expect(warnings.length).toBeLessThanOrEqual(100);
  });

  test.each([0, 1.5, Number.NaN])('%d is none', (dimensionValues) => {
    expect(() => recorded({ dimensionValues })).toThrow(/^Cannot create metrics: 'dimensionValues'/);
  });
});

test('an interval publishes what scopes that go on have gathered, each under its own dimensions', async () => {
  const { metrics, objects } = recorded();
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const work = ['t-1', 't-2'].map((tenant) =>
    runInScope({ kind: 'task', component: 'import' }, async () => {
      metrics.addDimension('tenant', tenant).addMetric('rows', 'Count', 10);
      await gate;
      metrics.addMetric('rows', 'Count', 1);
    }),
  );
  await metrics.flush();
  expect(objects()).toEqual([]);
  await metrics.flush('open');
  expect(objects().map(({ tenant, rows }) => [tenant, rows])).toEqual([
    ['t-1', 10],
    ['t-2', 10],
  ]);
  await metrics.flush('open');
  expect(objects()).toHaveLength(2);
  open();
  await Promise.all(work);
  await metrics.flush('open');
  expect(
    objects()
      .slice(2)
      .map(({ tenant, rows }) => [tenant, rows]),
  ).toEqual([
    ['t-1', 1],
    ['t-2', 1],
  ]);
});

import { setTimeout as tick } from 'node:timers/promises';
import { MetricUnit, Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import { runInScope } from '@twelvefold/lifecycle';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRedactor } from '../redact/redactor.ts';
import type { MetricsOptions } from './create-metrics.ts';
import { createMetrics } from './create-metrics.ts';

const AT = Date.UTC(2026, 10, 22, 10, 11, 12);
interface Emf {
  [field: string]: unknown;
  _aws: {
    Timestamp: number;
    CloudWatchMetrics: [{ Namespace: string; Dimensions: string[][]; Metrics: Array<{ Name: string }> }];
  };
}

function recorded(options: Partial<MetricsOptions> = {}) {
  const texts: string[] = [];
  const warnings: string[] = [];
  const metrics = createMetrics({
    namespace: 'Orders',
    service: 'orders',
    clock: { now: () => AT },
    logger: { warn: (message) => warnings.push(message) },
    write: (line) => texts.push(line),
    ...options,
  });
  return { metrics, warnings, texts, objects: () => texts.map((text) => JSON.parse(text) as Emf) };
}

describe('what Powertools publishes, ours publishes', () => {
  type Case = [name: string, run: (metrics: PowertoolsMetrics) => void];
  const cases: Case[] = [
    ['one metric', (m) => m.addMetric('a', MetricUnit.Count, 1)],
    [
      'several values and resolutions',
      (m) => [1, 2, 3].forEach((v) => void m.addMetric('a', 'Milliseconds', v, 1).addMetric('b', 'None', v * 0.5)),
    ],
    ['dimensions', (m) => m.addDimension('tenant', 't-1').addDimension('plan', 'p').addMetric('a', 'Count', 1)],
    ['dimension sets', (m) => m.addDimensions({ x: '1', y: '2' }).addDimensions({ z: '3' }).addMetric('a', 'Count', 1)],
    ['both', (m) => m.addDimension('d', '0').addDimensions({ x: '1' }).addMetric('a', 'Count', 1)],
    [
      'default dimensions',
      (m) => m.setDefaultDimensions({ stage: 'test' }).addDimension('d', '0').addMetric('a', 'Count', 1),
    ],
    [
      'no default dimensions',
      (m) => {
        m.clearDefaultDimensions();
        m.addMetric('a', 'Count', 1);
      },
    ],
    ['metadata', (m) => m.addMetadata('requestId', 'r-1').addMetric('a', 'Count', 1)],
    [
      'metadata under a dimension’s name',
      (m) => m.addDimension('d', 'dimension').addMetadata('d', 'meta').addMetric('a', 'Count', 1),
    ],
    ['a dimension replaced', (m) => m.addDimension('d', '1').addDimension('d', '2').addMetric('a', 'Count', 1)],
    ['an empty dimension', (m) => m.addDimension('d', '').addMetric('a', 'Count', 1)],
    ['a timestamp', (m) => m.setTimestamp(new Date(AT - 1_000)).addMetric('a', 'Count', 1)],
    [
      'two publications',
      (m) =>
        m
          .addDimension('d', '1')
          .addMetadata('k', 'v')
          .addMetric('a', 'Count', 1)
          .publishStoredMetrics()
          .addMetric('b', 'Count', 2),
    ],
    [
      'cleared metrics',
      (m) => {
        m.addMetric('a', 'Count', 1);
        m.clearMetrics();
        m.addDimension('d', '1');
        m.clearDimensions();
        m.addMetadata('k', 'v');
        m.clearMetadata();
        m.addMetric('b', 'Count', 2);
      },
    ],
    [
      'a single metric',
      (m) => {
        m.setDefaultDimensions({ stage: 'test' }).addDimension('d', '1');
        m.singleMetric().addDimension('one', '1').addMetric('a', 'Count', 1);
      },
    ],
    [
      'a cold start',
      (m) => {
        m.captureColdStartMetric('fn');
        m.captureColdStartMetric('fn');
      },
    ],
    ['nothing', () => {}],
  ];

  beforeEach(() => {
    vi.useFakeTimers({ now: AT, toFake: ['Date'] });
    vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', 'on-demand');
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });

  test.each(cases)('%s', (_name, run) => {
    const theirs: string[] = [];
    const console = { log: (line: string) => void theirs.push(line), warn() {} };
    const powertools = new PowertoolsMetrics({
      namespace: 'Orders',
      serviceName: 'orders',
      logger: { ...console, debug() {}, info() {}, error() {} },
    });
    // Powertools writes to a console of its own making; its single metrics make another.
    const seam = powertools as unknown as { console: unknown; singleMetric: () => { console: unknown } };
    seam.console = console;
    const single = seam.singleMetric.bind(powertools);
    seam.singleMetric = () => Object.assign(single(), { console });
    run(powertools);
    powertools.publishStoredMetrics();

    const { metrics, texts } = recorded();
    run(metrics);
    metrics.publishStoredMetrics();
    expect(texts.map((text) => JSON.parse(text))).toEqual(theirs.map((text) => JSON.parse(text)));
    expect(texts).toEqual(theirs);
  });

  test('is a Powertools Metrics', () => {
    expect(recorded().metrics).toBeInstanceOf(PowertoolsMetrics);
    expect(recorded().metrics.singleMetric()).toBeInstanceOf(PowertoolsMetrics);
  });

  test('what would be published can be read', () => {
    const { metrics, texts } = recorded();
    metrics.addMetric('a', 'Count', 1);
    const emf = metrics.serializeMetrics();
    metrics.publishStoredMetrics();
    expect(JSON.stringify(emf)).toBe(texts[0]);
    expect(metrics.serializeMetrics()).toMatchObject({ _aws: { CloudWatchMetrics: [{ Metrics: [] }] } });
  });

  test('its decorator publishes after the handler', async () => {
    const { metrics, texts } = recorded();
    const descriptor = {
      value: async () => {
        metrics.addMetric('a', 'Count', 1);
        expect(texts).toEqual([]);
      },
    };
    metrics.logMetrics({ throwOnEmptyMetrics: true })({} as never, 'handler', descriptor as never);
    await (descriptor.value as unknown as (event: unknown, context: unknown) => Promise<void>)({}, {});
    expect(texts).toHaveLength(1);
  });
});

// One Powertools instance merges two tenants that overlap under one dimension (TRAPS: ran), unless Lambda's invoke store
// is there; with only the variable set it throws. Ours must keep them apart in either case.
describe.each([
  ['unset', undefined],
  ['set', '10'],
])('overlapping scopes, with AWS_LAMBDA_MAX_CONCURRENCY %s', (_name, value) => {
  beforeEach(() => void vi.stubEnv('AWS_LAMBDA_MAX_CONCURRENCY', value));
  afterEach(() => void vi.unstubAllEnvs());

  test('never share metrics, dimensions, metadata or default dimensions', async () => {
    const { metrics, objects } = recorded();
    metrics.addDimension('at', 'start').addMetric('init', 'Count', 1);
    let release = () => {};
    const all = new Promise<void>((resolve) => {
      release = resolve;
    });
    let inside = 0;
    await Promise.all(
      ['a', 'b', 'c'].map((id) =>
        runInScope({ kind: 'message', component: 'orders' }, async () => {
          metrics.addDimension('tenant', id).addMetadata('request', `r-${id}`);
          if (id === 'a') metrics.setDefaultDimensions({ special: 'yes' });
          inside += 1;
          if (inside === 3) release();
          await all;
          await tick(0);
          metrics.addMetric('placed', 'Count', inside).addMetric(`only-${id}`, 'Count', 1);
        }),
      ),
    );
    await metrics.flush();
    await metrics.flush();
    const byTenant = Object.fromEntries(objects().map((object) => [object.tenant, object]));
    expect(objects()).toHaveLength(4);
    for (const id of ['b', 'c']) {
      expect(byTenant[id]).toEqual({
        _aws: {
          Timestamp: AT,
          CloudWatchMetrics: [
            {
              Namespace: 'Orders',
              Dimensions: [['service', 'tenant']],
              Metrics: [
                { Name: 'placed', Unit: 'Count' },
                { Name: `only-${id}`, Unit: 'Count' },
              ],
            },
          ],
        },
        service: 'orders',
        tenant: id,
        request: `r-${id}`,
        placed: 3,
        [`only-${id}`]: 1,
      });
    }
    expect(byTenant.a).toMatchObject({ special: 'yes', tenant: 'a', 'only-a': 1 });
    expect(objects().at(-1)).toMatchObject({ init: 1, at: 'start' });
    expect(objects().at(-1)).not.toHaveProperty('tenant');
  });
});

describe('a scope', () => {
  test('publishes once, at its end, also when the work failed', async () => {
    const { metrics, objects } = recorded();
    const run = runInScope({ kind: 'task', component: 'report' }, async () => {
      metrics.addMetric('a', 'Count', 1);
      await tick(0);
      metrics.addMetric('a', 'Count', 2);
      expect(objects()).toEqual([]);
      throw new Error('failed');
    });
    await expect(run).rejects.toThrow('failed');
    expect(objects()).toMatchObject([{ a: [1, 2] }]);
  });

  test('without metrics publishes nothing and warns nobody', async () => {
    const { metrics, texts, warnings } = recorded();
    await runInScope({ kind: 'task', component: 'report' }, () => void metrics.addDimension('d', '1'));
    await metrics.flush();
    expect([texts, warnings]).toEqual([[], []]);
  });

  test('publishes what other callbacks at its end add', async () => {
    const { metrics, objects } = recorded();
    await runInScope({ kind: 'task', component: 'report' }, (scope) => {
      scope.onEnd(() => void metrics.addMetric('late', 'Count', 1));
      metrics.addDimension('d', '1').addMetric('early', 'Count', 1);
    });
    expect(objects()).toMatchObject([{ early: 1 }, { late: 1, d: '1' }]);
  });

  test('that is over still counts what its left-over work adds, under its dimensions', async () => {
    const { metrics, objects } = recorded();
    let later = () => {};
    const go = new Promise<void>((resolve) => {
      later = resolve;
    });
    let leftOver: Promise<void> = Promise.resolve();
    await runInScope({ kind: 'task', component: 'report' }, () => {
      metrics.addDimension('tenant', 't').addMetric('a', 'Count', 1);
      leftOver = go.then(() => void metrics.addMetric('b', 'Count', 1));
    });
    later();
    await leftOver;
    await new Promise(setImmediate);
    expect(objects()).toMatchObject([{ a: 1 }, { b: 1, tenant: 't' }]);
    await metrics.flush();
    expect(objects()).toMatchObject([{ a: 1 }, { b: 1, tenant: 't' }]);
  });

  test('does not fail because its metrics cannot be written', async () => {
    const { metrics } = recorded({
      write: () => {
        throw new Error('no');
      },
    });
    await runInScope({ kind: 'task', component: 'report' }, () => void metrics.addMetric('a', 'Count', 1));
  });
});

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

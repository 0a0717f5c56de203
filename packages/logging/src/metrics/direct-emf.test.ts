import { MetricUnit } from '@aws-lambda-powertools/metrics';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { directEmf } from './direct-emf.ts';
import { firstEmfObject } from './emf.ts';
import { metricSet } from './metric-set.ts';

const name = fc.oneof(
  fc.string({ minLength: 1, unit: 'binary' }),
  fc.constantFrom('a', 'b', '0', '1a', '__proto__', 'constructor'),
);
const dimensions = fc.dictionary(name, fc.string({ unit: 'binary' }), { maxKeys: 4 });
const metrics = fc.uniqueArray(
  fc.record({
    name,
    unit: fc.constantFrom(...Object.values(MetricUnit)),
    resolution: fc.constantFrom(1 as const, 60 as const),
    values: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 3 }),
  }),
  { selector: (metric) => metric.name, minLength: 1, maxLength: 5 },
);

test('a line written directly is the object of the careful way, character for character', () => {
  let direct = 0;
  fc.assert(
    fc.property(dimensions, dimensions, metrics, (defaults, added, list) => {
      const set = metricSet();
      set.dimensions = added;
      for (const { name: key, ...metric } of list) {
        // What addMetric refuses.
        if (!Object.hasOwn(defaults, key) && !Object.hasOwn(added, key) && key !== '_aws') set.metrics.set(key, metric);
      }
      const frame = { namespace: 'Or"ders', timestamp: 1_763_806_272_345, defaults, metadata: {} };
      const line = directEmf(set, frame);
      if (line === undefined) return;
      direct += 1;
      expect(line).toBe(JSON.stringify(firstEmfObject(set, frame)));
    }),
    { numRuns: 1_000 },
  );
  expect(direct).toBeGreaterThan(100);
});

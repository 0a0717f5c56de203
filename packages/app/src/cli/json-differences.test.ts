import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonDifferences } from './json-differences.ts';

describe('differences of JSON', () => {
  it('finds none between equal values, whatever the order of their keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonDifferences(value, structuredClone(value))).toEqual([]);
      }),
    );
    expect(jsonDifferences({ a: 1, b: [{ x: 1, y: 2 }] }, { b: [{ y: 2, x: 1 }], a: 1 })).toEqual([]);
  });

  it('finds some between any two that JSON tells apart', () => {
    const canonical = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              // By key only: the default order would print the values, and a value may have its own
              // `toString`.
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([key, one]) => [key, canonical(one)]),
          )
        : Array.isArray(value)
          ? value.map(canonical)
          : value;
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        const same = JSON.stringify(canonical(left)) === JSON.stringify(canonical(right));
        expect(jsonDifferences(JSON.parse(JSON.stringify(left)), JSON.parse(JSON.stringify(right))).length === 0).toBe(
          same,
        );
      }),
      { examples: [[{ '': {}, ' ': { toString: false } }, '']] },
    );
  });

  it.each<[unknown, unknown, unknown]>([
    [{ a: 1 }, { a: 2 }, [{ path: 'a', was: 1, is: 2 }]],
    [{ a: { b: 1 } }, { a: {} }, [{ path: 'a.b', was: 1 }]],
    [{ a: {} }, { a: { b: null } }, [{ path: 'a.b', is: null }]],
    [{ list: [{ key: 'x', n: 1 }] }, { list: [{ key: 'x', n: 2 }] }, [{ path: 'list[x].n', was: 1, is: 2 }]],
    [
      { list: [{ key: 'x' }, { key: 'y' }] },
      { list: [{ key: 'y' }, { key: 'z' }] },
      [
        { path: 'list[x]', was: { key: 'x' } },
        { path: 'list[z]', is: { key: 'z' } },
      ],
    ],
    [{ list: ['x', 'y'] }, { list: ['y'] }, [{ path: 'list[x]', was: 'x' }]],
    // Only the order differs.
    [{ list: ['x', 'y'] }, { list: ['y', 'x'] }, [{ path: 'list', was: ['x', 'y'], is: ['y', 'x'] }]],
    [[{ key: 'x' }, { key: 'y' }], [{ key: 'y' }, { key: 'x' }], [{ path: '', was: ['x', 'y'], is: ['y', 'x'] }]],
    // Items that nothing tells apart are compared as one.
    [{ list: [1, 2] }, { list: [1, 3] }, [{ path: 'list', was: [1, 2], is: [1, 3] }]],
    [{ list: ['x', 'x'] }, { list: ['x'] }, [{ path: 'list', was: ['x', 'x'], is: ['x'] }]],
    [[], {}, [{ path: '', was: [], is: {} }]],
    [null, {}, [{ path: '', was: null, is: {} }]],
  ])('%j and %j', (was, is, expected) => {
    expect(jsonDifferences(was, is)).toEqual(expected);
  });
});

import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLogger } from './create-logger.ts';
import type { Line } from './safety.fixture.ts';
import { logged, one } from './safety.fixture.ts';

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function sparseLoop(): unknown[] {
  const list: unknown[] = [];
  list[1] = 1;
  list[2] = list;
  return list;
}

test('a DOMException shows what is its own, and none of the constants that it inherits', () => {
  const { error } = one(new DOMException('took too long', 'TimeoutError'));
  const foreign = runInNewContext('try { fail(new DOMException("x", "AbortError")) } catch (error) { error }', {
    DOMException,
    fail(error: Error) {
      throw error;
    },
  });
  expect(Object.keys(error as object).sort()).toEqual(['location', 'message', 'name', 'stack']);
  expect(error).toMatchObject({ name: 'TimeoutError', message: 'took too long' });
  expect(one({ foreign })).toMatchObject({ foreign: { name: 'AbortError', message: 'x' } });
  expect(one(new Error('outer', { cause: AbortSignal.abort().reason }))).toMatchObject({
    error: { cause: { name: 'AbortError', stack: expect.any(String) } },
  });
});

describe('values that misbehave', () => {
  const thrower = () => {
    throw new Error('gotcha');
  };

  test.each<[string, unknown, unknown]>([
    [
      'a getter that throws',
      Object.defineProperty({ ok: 1 }, 'bad', { get: thrower, enumerable: true }),
      { ok: 1, bad: '[unreadable]' },
    ],
    ['a toJSON that throws', { toJSON: thrower }, '[unreadable]'],
    [
      'a toJSON that returns itself',
      {
        a: 1,
        toJSON() {
          return this;
        },
      },
      { a: 1 },
    ],
    [
      'a proxy that throws',
      new Proxy({}, { ownKeys: thrower, get: thrower, has: thrower, getPrototypeOf: thrower }),
      '[unreadable]',
    ],
    ['a revoked proxy', revokedProxy(), '[unreadable]'],
    ['an array with a hole and a cycle', sparseLoop(), [null, 1, null]],
    [
      'a Map',
      new Map<unknown, unknown>([
        ['a', 1],
        [2, new Set([3])],
        [{}, 4],
      ]),
      { a: 1, '2': [3], '[object]': 4 },
    ],
    [
      'a Map in a Map in itself',
      ((map: Map<string, unknown>) => map.set('self', map).set('a', 1))(new Map()),
      { a: 1 },
    ],
    ['search parameters', new URLSearchParams('a=1&token=x'), { a: '1', token: '[redacted]' }],
    [
      'binary data',
      { buffer: Buffer.alloc(9), view: new Float64Array(2), raw: new ArrayBuffer(4) },
      { buffer: '[Buffer: 9 bytes]', view: '[Float64Array: 16 bytes]', raw: '[ArrayBuffer: 4 bytes]' },
    ],
    ['a pattern', /a+/g, '/a+/g'],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [
      'a class with private state',
      new (class Box {
        #a = 1;
        b = this.#a;
      })(),
      { b: 1 },
    ],
  ])('%s', (_name, value, shown) => {
    expect(one({ value })).toMatchObject({ message: 'm', value: shown });
    logged((l) => l.appendKeys({ value }));
    expect(logged((l) => l.info({ message: 'm', value }))).toMatchObject([{ value: shown }]);
    expect(logged((l) => l.error('m', new Error('e', { cause: value })))).toMatchObject([{ error: { cause: shown } }]);
  });

  test('appended keys that throw when read', () => {
    const nested = { deep: Object.defineProperty({ ok: 1 }, 'bad', { get: thrower, enumerable: true }) };
    expect(
      logged((l) => {
        l.appendKeys(nested);
        l.info('m');
      }),
    ).toMatchObject([{ deep: { ok: 1, bad: '[unreadable]' } }]);
    const top = Object.defineProperty({ ok: 1 }, 'bad', { get: thrower, enumerable: true });
    expect(
      logged((l) => {
        l.appendKeys(top);
        l.info('m');
      }),
    ).toMatchObject([{ ok: 1, bad: '[unreadable]' }]);
  });

  test('an error whose stack or message throws', () => {
    const error = new Error('x');
    Object.defineProperty(error, 'stack', { get: thrower });
    expect(one(error)).toMatchObject({ error: { message: 'x', stack: '[unreadable]', location: '[unreadable]' } });
    Object.defineProperty(error, 'message', { get: thrower });
    expect(logged((l) => l.error(error as never))).toMatchObject([{ message: '[unreadable]' }]);
  });

  test('an error of another realm is an error', () => {
    expect(one({ e: runInNewContext('new TypeError("far", { cause: 1 })') })).toMatchObject({
      e: { name: 'TypeError', message: 'far', stack: expect.stringContaining('far'), cause: 1 },
    });
  });

  test('what the types forbid as a message', () => {
    const lines = logged((logger) => {
      for (const input of [undefined, null, 5, 5n, Symbol('s'), () => 1, [], true]) logger.info(input as never);
      logger.info('m', 5 as never);
      logger.info('m', new Proxy({}, { ownKeys: thrower }) as never);
    });
    expect(lines.map(({ message }) => message)).toEqual([
      'undefined',
      'null',
      '5',
      '5',
      'Symbol(s)',
      '() => 1',
      undefined,
      'true',
      'm',
      'm',
    ]);
    expect(lines[8]).toMatchObject({ extra: 5 });
    expect(lines[9]).toMatchObject({ extra: '[unreadable]' });
  });

  test('a formatter, a replacer and a sink that throw', () => {
    const write = thrower;
    createLogger({ write }).info('m');
    const lines = logged((logger) => {
      logger.createChild({ jsonReplacerFn: thrower }).info('m', { a: 1 });
      logger.createChild({ logFormatter: { formatAttributes: thrower, formatError: thrower } as never }).info('m');
    });
    expect(lines[0]).toMatchObject({ level: '[unreadable]', a: '[unreadable]' });
    expect(lines[1]).toMatchObject({ level: 'INFO', message: expect.stringMatching(/^Cannot write a log entry/) });
  });

  test('anything at all: one line of JSON, nothing thrown', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withNullPrototype: true,
          withTypedArray: true,
          withSparseArray: true,
          withObjectString: true,
          withBoxedValues: true,
        }),
        fc.string({ unit: 'binary' }),
        (value, text) => {
          const lines = logged((logger) => {
            logger.appendKeys({ value });
            logger.info(text, value as never, { value, [text]: value });
            logger.error(value as never, new Error(text, { cause: value }));
          });
          expect(lines.filter(({ level }) => level !== 'WARN')).toHaveLength(2);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('bounds', () => {
  test('depth', () => {
    const limits = { depth: 2 };
    expect(one({ a: { b: { c: { d: 1 }, list: [1], error: new Error('e') } } }, { limits })).toMatchObject({
      a: { b: { c: '[Object]', list: '[Array: 1]', error: 'Error: e' } },
    });
    let deep: Line = {};
    for (let index = 0; index < 100_000; index += 1) deep = { deep };
    expect(JSON.stringify(one({ deep })).length).toBeLessThan(500);
    let cause = new Error('root');
    for (let index = 0; index < 1_000; index += 1) cause = new Error(`e${index}`, { cause });
    expect(JSON.stringify(one(cause))).toContain('"cause":"Error: e989"');
  });

  test('entries', () => {
    const limits = { entries: 2 };
    expect(
      one(
        {
          list: [1, 2, 3, 4],
          map: new Map([
            ['a', 1],
            ['b', 2],
            ['c', 3],
          ]),
          set: new Set([1, 2, 3]),
        },
        { limits },
      ),
    ).toMatchObject({
      list: [1, 2, '[2 more]'],
      map: { a: 1, b: 2, '...': '[1 more]' },
      set: [1, 2, '[1 more]'],
    });
  });

  test('no more of a Map or an object is read than can show', () => {
    let read = 0;
    const map = Object.assign(new Map([['a', 1]]), {
      *[Symbol.iterator]() {
        for (;;) {
          read += 1;
          yield [`k${read}`, read];
        }
      },
    });
    expect(Object.keys(one({ map }).map as Line)).toHaveLength(251);
    expect(read).toBeLessThan(300);
    const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`k${n}`, n]));
    expect(one({ wide }).wide).toMatchObject({ k249: 249, '...': '[750 more]' });
    expect(one({ wide: { ...wide, constructor: 1 } }).wide).toMatchObject({ k249: 249, '...': '[751 more]' });
  });

  test('strings', () => {
    expect(one({ text: 'abc😀def' }, { limits: { stringLength: 4 } }).text).toBe('abc\ufffd... [4 more characters]');
  });

  test.each([
    ['long strings', { list: Array.from({ length: 200 }, () => 'x'.repeat(16_000)) }],
    ['text that grows when it is escaped', { list: Array.from({ length: 200 }, () => '\u0000'.repeat(16_000)) }],
    ['text of many bytes', { list: Array.from({ length: 200 }, () => '😀'.repeat(8_000)) }],
    ['long keys', Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`${index}${'k'.repeat(9_000)}`, 1]))],
    ['many numbers', { list: Array.from({ length: 250 }, () => Array.from({ length: 250 }, () => 1.23456789)) }],
  ])('a whole line, of %s', (_name, extra) => {
    const texts: string[] = [];
    createLogger({ service: 'orders', write: (line) => texts.push(line) }).info('kept', extra);
    expect(Buffer.byteLength(texts[0] ?? '')).toBeLessThanOrEqual(256 * 1024 - 26);
    expect(JSON.parse(texts[0] ?? '')).toMatchObject({ level: 'INFO', message: 'kept', service: 'orders' });
  });
});

import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor } from '../redact/redactor.ts';
import type { LoggerOptions } from './create-logger.ts';
import { createLogger } from './create-logger.ts';

type Line = Record<string, unknown>;

function logged(log: (logger: ReturnType<typeof createLogger>) => void, options: LoggerOptions = {}): Line[] {
  const texts: string[] = [];
  const logger = createLogger({ service: 'orders', env: {}, ...options, write: (line) => texts.push(line) });
  log(logger);
  for (const text of texts) expect(text).not.toContain('\n');
  return texts.map((text) => JSON.parse(text) as Line);
}

const one = (extra: unknown, options?: LoggerOptions) => logged((l) => l.info('m', extra as never), options)[0] ?? {};

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

describe('redaction', () => {
  test('by key, at any depth, whatever the value', () => {
    const headers = new Headers({ Authorization: 'Bearer abc', accept: '*/*' });
    const line = one({
      password: 'x',
      user: { DB_PASSWORD: ['a', 'b'], name: 'n', cookies: 1, Cookie: { raw: 1 } },
      list: [{ 'x-api-key': '5' }],
      map: new Map([['refreshToken', 'r']]),
      headers,
      token: null,
    });
    expect(line).toMatchObject({
      password: '[redacted]',
      user: { DB_PASSWORD: '[redacted]', name: 'n', cookies: 1, Cookie: '[redacted]' },
      list: [{ 'x-api-key': '[redacted]' }],
      map: { refreshToken: '[redacted]' },
      headers: { authorization: '[redacted]', accept: '*/*' },
    });
  });

  test('by key: numbers only where they are secret, booleans and null never', () => {
    const fields = {
      tokens: 512,
      token: 7n,
      passwordSet: true,
      password: false,
      pin: 1234,
      otp: 5n,
      auth: null,
      sid: 's',
    };
    const shown = { tokens: 512, token: '7', passwordSet: true, password: false, pin: '[redacted]', otp: '[redacted]' };
    const line = one({ ...fields, nested: fields });
    expect(line).toMatchObject({ ...shown, sid: '[redacted]', nested: { ...shown, auth: null, sid: '[redacted]' } });
    expect(line).not.toHaveProperty('auth');
  });

  test('by key: the pairs of raw headers and of lists of entries', () => {
    const rawHeaders = ['Host', 'h', 'AUTHORIZATION', 'Bearer abc', 'Cookie', 'sid=1', 'Accept', '*/*'];
    const hidden = ['Host', 'h', 'AUTHORIZATION', '[redacted]', 'Cookie', '[redacted]', 'Accept', '*/*'];
    const entries = Object.entries({ 'x-api-key': 'k', accept: '*/*' });
    expect(one({ rawHeaders, request: { rawHeaders, raw_trailers: rawHeaders }, entries })).toMatchObject({
      rawHeaders: hidden,
      request: { rawHeaders: hidden, raw_trailers: hidden },
      entries: [
        ['x-api-key', '[redacted]'],
        ['accept', '*/*'],
      ],
    });
  });

  test('further keys are configurable', () => {
    expect(one({ iban: 'DE00', ibanHint: 'h' }, { redact: ['IBAN'] })).toMatchObject({
      iban: '[redacted]',
      ibanHint: 'h',
    });
    expect(() => createLogger({ redact: ['a'], redactor: createRedactor() })).toThrow(TypeError);
  });

  test('keys of the logger, the scope and the object message are redacted too', () => {
    const lines = logged((logger) => {
      logger.appendKeys({ password: 'hunter22' });
      logger.info({ message: 'm', apiKey: 'k' });
      logger.createChild({ persistentKeys: { token: 't' } }).info('m');
    });
    expect(lines).toMatchObject([
      { password: '[redacted]', apiKey: '[redacted]' },
      { password: '[redacted]', token: '[redacted]' },
    ]);
  });

  test('by value, in messages, fields, keys, errors, stacks and nested causes', () => {
    const secret = 'hunter"22/ü';
    const cause = Object.assign(new AggregateError([new Error(`inner ${secret}`)], secret), {
      detail: { secret1: secret },
    });
    const error = new Error(`connect postgres://u:${secret}@h`, { cause: new Error('mid', { cause }) });
    const texts: string[] = [];
    const logger = createLogger({ write: (line) => texts.push(line) });
    const child = logger.createChild();
    logger.redactor.add(secret);
    child.error(`failed with ${secret}`, {
      [`k ${secret}`]: 1,
      error,
      body: JSON.stringify({ secret }),
      url: `https://h/?q=${encodeURIComponent(secret)}`,
      set: new Set([secret]),
    });
    child.error(`x${secret}x`, error);
    child.info(secret, secret);
    for (const text of texts) {
      expect(text).toContain('[redacted]');
      expect(JSON.stringify(JSON.parse(text))).not.toMatch(/hunter/);
    }
    expect(JSON.parse(texts[0] ?? '').error.cause.cause).toMatchObject({
      name: 'AggregateError',
      message: '[redacted]',
      errors: [{ message: 'inner [redacted]' }],
    });
  });

  test('a numeric secret vanishes as a number and as a BigInt', () => {
    const redactor = createRedactor();
    redactor.add('123456789');
    expect(one({ a: 123456789, b: 123456789n, c: 12345678 }, { redactor })).toMatchObject({
      a: '[redacted]',
      b: '[redacted]',
      c: 12345678,
    });
  });

  test('in the name of a class', () => {
    const redactor = createRedactor();
    redactor.add('SECRETSECRET');
    const Named = Object.defineProperty(class extends Uint8Array {}, 'name', { value: 'SECRETSECRET' });
    const line = one({ bytes: new Named(3), a: { b: new Named(1) } }, { redactor, limits: { depth: 1 } });
    expect(line).toMatchObject({ bytes: '[[redacted]: 3 bytes]', a: { b: '[[redacted]: 1 bytes]' } });
    class Box {}
    Object.defineProperty(Box, 'name', { value: 'SECRETSECRET' });
    expect(one({ a: { b: new Box() } }, { redactor, limits: { depth: 1 } })).toMatchObject({
      a: { b: '[[redacted]]' },
    });
  });

  test('of a text of 10 MB, of which no more is looked at than can show', () => {
    const redactor = createRedactor();
    redactor.add('SECRETSECRET');
    let looked = 0;
    const counting = {
      ...redactor,
      text(text: string) {
        looked += text.length;
        return redactor.text(text);
      },
    };
    const text = `a SECRETSECRET ${'x'.repeat(10_000_000)}`;
    const line = one({ text, [text]: 1 }, { redactor: counting });
    expect(line.text).toMatch(/^a \[redacted\] x+\.\.\. \[\d+ more characters\]$/);
    expect(Object.keys(line).at(-1)).toMatch(/^a \[redacted\] x{497}\.\.\.$/);
    expect(looked).toBeLessThan(3_000_000);
    // Nothing but secrets, so that all of it shrinks: what stands at the end of the part that is looked at does not show.
    const many = one({ text: 'SECRETSECRET'.repeat(100_000) }, { redactor }).text as string;
    expect(many).not.toContain('SECRET');
  });

  test('a sensitive key is found by its end however long it is, and is not kept in memory', () => {
    const redactor = createRedactor();
    expect(redactor.isSensitive(`${'k'.repeat(1_000_000)}Password`, 'x')).toBe(true);
    expect(redactor.isSensitive(`Password${'k'.repeat(1_000_000)}`, 'x')).toBe(false);
  });

  test('a secret at the edge of what is cut does not show its first half', () => {
    const redactor = createRedactor();
    redactor.add('SECRETSECRETSECRET');
    const text = `${'x'.repeat(95)}SECRETSECRETSECRET`;
    const line = one({ text }, { redactor, limits: { stringLength: 100 } });
    expect(line.text).not.toContain('SECRET');
  });

  test('no line of any format ever shows a secret, wherever it is put', { timeout: 60_000 }, () => {
    const secret = 's3cr"t/väl\\ue\n1';
    const shows = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
    // Noise of no letter that the secret has, so that whatever shows of it is its own.
    const noise = fc.string({ unit: fc.constantFrom('x', '"', '\\', '%', '\n', '😀') });
    const text = fc.tuple(noise, fc.constantFrom(...shows), noise).map((parts) => parts.join(''));
    const leaf = fc.oneof(
      text,
      text.map((message) => new Error(message)),
      fc.constant('x'),
      fc.integer(),
    );
    const keys = fc.oneof(noise, text);
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(keys, tie('tree'), { maxKeys: 3 }),
        fc.array(fc.tuple(keys, tie('tree')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
        tie('tree').map((cause) => new Error('outer', { cause })),
        tie('tree').map((value) => new AggregateError([value], 'several')),
        tie('tree').map((value) => ({ toJSON: () => value })),
      ),
    }));
    const lines: string[] = [];
    const redactor = createRedactor();
    redactor.add(secret);
    const write = (line: string) => void lines.push(line);
    const limits = { stringLength: 40, depth: 3, lineBytes: 2_000 };
    const loggers = [
      createLogger({ redactor, write }),
      createLogger({ redactor, write, format: 'pretty' }),
      createLogger({ redactor, write, limits }),
    ];
    fc.assert(
      fc.property(text, tree, (message, value) => {
        lines.length = 0;
        for (const logger of loggers) {
          logger.info(message, { value });
          logger.error(new Error(message, { cause: value }) as never, value as never);
        }
        expect(lines).toHaveLength(6);
        for (const line of lines) {
          // Neither whole nor cut: no four characters of its middle that nothing else here has.
          expect(line).not.toMatch(/cr\\?"t|t\/v|v(ä|%C3%A4)l|ue\\+n1|%5Cue/);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the pretty format shows no secret either', () => {
    const texts: string[] = [];
    const logger = createLogger({ format: 'pretty', write: (line) => texts.push(line) });
    logger.redactor.add('hunter22');
    logger.error('hunter22', { password: 'p4ss', error: new Error('is hunter22', { cause: new Error('hunter22') }) });
    expect(texts[0]).not.toMatch(/hunter22|p4ss/);
  });
});

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

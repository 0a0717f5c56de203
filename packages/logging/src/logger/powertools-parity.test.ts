import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLogger } from './create-logger.ts';

// What a Powertools Logger prints, ours prints: the same kinds of line are made by both and
// compared as text.

const AT = new Date('2026-11-22T10:11:12.345Z');
const context = {
  functionName: 'orders',
  functionVersion: '7',
  memoryLimitInMB: '512',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:orders',
  awsRequestId: 'req-1',
};
const circular: Record<string, unknown> = { name: 'loop' };
circular.self = circular;
circular.list = [circular, 1];
const error = Object.assign(new TypeError('no', { cause: new Error('deeper', { cause: 'text' }) }), { code: 'E_NO' });
class Money {
  readonly cents = 5;
  toJSON() {
    return { money: this.cents };
  }
}

type Case = [name: string, run: (logger: PowertoolsLogger) => void];
const cases: Case[] = [
  ['a message', (l) => l.info('hello')],
  [
    'each level',
    (l) => {
      l.trace('t');
      l.debug('d');
      l.info('i');
      l.warn('w');
      l.error('e');
      l.critical('c');
    },
  ],
  [
    'a level set in code',
    (l) => {
      l.setLogLevel('TRACE');
      l.trace('t');
      l.debug('d');
    },
  ],
  [
    'a level in lower case',
    (l) => {
      l.setLogLevel('ERROR');
      l.warn('w');
      l.error('e');
    },
  ],
  [
    'silence',
    (l) => {
      l.setLogLevel('SILENT');
      l.critical('c');
    },
  ],
  ['fields', (l) => l.info('hello', { a: 1, b: 'two', c: true, d: [1, { e: 2 }] })],
  ['several objects', (l) => l.info('hello', { a: 1 }, { a: 2, b: 3 })],
  ['a string beside', (l) => l.info('hello', 'more')],
  ['an error beside', (l) => l.error('failed', error)],
  ['an error as a field', (l) => l.error('failed', { reason: error })],
  ['an error in a nested field', (l) => l.error('failed', { at: { reason: error } })],
  ['an object as the message', (l) => l.info({ message: 'hello', a: 1, error })],
  ['a message that is not a string', (l) => l.info({ message: { nested: 1 } as never })],
  ['empty fields', (l) => l.info('hello', { a: '', b: null, c: undefined, d: 0, e: false, f: { g: '', h: null } })],
  ['an empty message', (l) => l.info('')],
  ['BigInt', (l) => l.info('hello', { big: 12345678901234567890n, list: [1n] })],
  ['dates', (l) => l.info('hello', { at: AT, bad: new Date(Number.NaN) })],
  ['numbers JSON lacks', (l) => l.info('hello', { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, in: [Number.NaN] })],
  [
    'functions and symbols',
    (l) => l.info('hello', { f() {}, s: Symbol('s'), list: [() => 1, Symbol('x'), undefined] }),
  ],
  ['a cycle', (l) => l.info('hello', { circular })],
  [
    'the same object twice',
    (l) => {
      const o = { x: 1 };
      l.info('hello', { a: o, b: [o, o] });
    },
  ],
  ['toJSON', (l) => l.info('hello', { price: new Money(), url: new URL('https://example.com/a?b=c') })],
  ['boxed primitives', (l) => l.info('hello', { s: new String('s'), n: new Number(3), b: new Boolean(true) })],
  ['text that needs escaping', (l) => l.info('a "b"\n\u0001 ü \u2028 😀', { 'k"ey': '\t' })],
  [
    'a dangerous key',
    (l) => l.info('hello', JSON.parse('{"__proto__":{"x":1},"a":{"__proto__":{"y":2},"constructor":3}}')),
  ],
  ['reserved keys beside', (l) => l.info('hello', { level: 'X', message: 'Y', timestamp: 1, service: 's', ok: 1 })],
  ['a reserved key in the object', (l) => l.info({ message: 'hello', service: 'x', ok: 1 } as never)],
  [
    'appended keys',
    (l) => {
      l.appendKeys({ a: 1, deep: { x: 1 } });
      l.appendKeys({ deep: { y: 2 } });
      l.info('hello');
    },
  ],
  [
    'appended reserved keys',
    (l) => {
      l.appendKeys({ level: 'X', a: 1 } as never);
      l.info('hello');
    },
  ],
  [
    'an appended key against one of the call',
    (l) => {
      l.appendKeys({ a: 1 });
      l.info('hello', { a: 2 });
      l.info('hello');
    },
  ],
  [
    'an appended key over a standard one',
    (l) => {
      l.appendKeys({ xray_trace_id: 'mine' });
      l.info('hello');
    },
  ],
  [
    'an undefined field over an appended key',
    (l) => {
      l.appendKeys({ a: 1 });
      l.info('hello', { a: undefined });
    },
  ],
  [
    'removed keys',
    (l) => {
      l.appendKeys({ a: 1, b: 2 });
      l.removeKeys(['a', 'none']);
      l.info('hello');
    },
  ],
  [
    'a key appended again',
    (l) => {
      l.appendKeys({ a: 1 });
      l.removeKeys(['a']);
      l.appendKeys({ a: 3 });
      l.info('hello');
    },
  ],
  [
    'persistent keys',
    (l) => {
      l.appendPersistentKeys({ p: 1 });
      l.appendKeys({ t: 1 });
      l.resetKeys();
      l.info('hello');
    },
  ],
  [
    'a temporary key over a persistent one',
    (l) => {
      l.appendPersistentKeys({ p: 1 });
      l.appendKeys({ p: 2 });
      l.info('hello');
    },
  ],
  [
    'a persistent key seen again',
    (l) => {
      l.appendPersistentKeys({ p: 1 });
      l.appendKeys({ p: 2 });
      l.removeKeys(['p']);
      l.info('hello');
    },
  ],
  [
    'removed persistent keys',
    (l) => {
      l.appendPersistentKeys({ p: 1, q: 2 });
      l.removePersistentKeys(['p']);
      l.info('hello');
    },
  ],
  [
    'replaced persistent keys',
    (l) => {
      l.appendPersistentKeys({ p: 1 });
      l.setPersistentLogAttributes({ q: 2 });
      l.info('hello');
    },
  ],
  [
    'a correlation id',
    (l) => {
      l.setCorrelationId('c-1');
      l.info(String(l.getCorrelationId()));
    },
  ],
  [
    'the Lambda context',
    (l) => {
      l.addContext(context as never);
      l.info('hello');
    },
  ],
  [
    'a tenant',
    (l) => {
      l.addContext({ ...context, tenantId: 't-1' } as never);
      l.info('hello');
    },
  ],
  [
    'the event',
    (l) => {
      l.logEventIfEnabled({ a: 1 }, true);
      l.logEventIfEnabled({ a: 1 });
    },
  ],
  [
    'a child',
    (l) => {
      l.appendKeys({ a: 1 });
      l.createChild({ persistentKeys: { c: 1 } }).info('hello', { b: 1 });
    },
  ],
  ['a child with a level and a name', (l) => l.createChild({ logLevel: 'DEBUG', serviceName: 'part' }).debug('hello')],
  [
    'a child and its parent apart',
    (l) => {
      const c = l.createChild();
      c.appendKeys({ c: 1 });
      l.appendKeys({ p: 1 });
      c.info('c');
      l.info('p');
    },
  ],
  [
    'a child of an invocation',
    (l) => {
      l.addContext(context as never);
      l.createChild().info('hello');
    },
  ],
  [
    'a replacer',
    (l) =>
      l
        .createChild({ jsonReplacerFn: (k, v) => (k === 'm' ? [...(v as Map<string, number>)] : v) })
        .info('hello', { m: new Map([['k', 1]]) }),
  ],
];

let lines: string[] = [];

function recordedPowertools(): PowertoolsLogger {
  const logger = new PowertoolsLogger({ serviceName: 'orders', persistentKeys: { version: '1.4.2' } });
  const record = (line: string) => void lines.push(line);
  // Powertools has no seam for its output but the console it makes for itself; children make their
  // own.
  const seam = logger as unknown as { console: Record<string, unknown>; createLogger: (o: unknown) => unknown };
  const capture = (target: typeof seam) => {
    for (const method of ['debug', 'info', 'warn', 'error', 'trace']) target.console[method] = record;
    const create = target.createLogger.bind(target);
    target.createLogger = (options) => {
      const child = create(options) as typeof seam;
      capture(child);
      return child;
    };
  };
  capture(seam);
  return logger;
}

beforeEach(() => {
  lines = [];
  vi.useFakeTimers({ now: AT, toFake: ['Date'] });
});
afterEach(() => void vi.useRealTimers());

describe('the line of', () => {
  test.each(cases)('%s', (_name, run) => {
    const ours: string[] = [];
    run(createLogger({ service: 'orders', facts: { version: '1.4.2' }, write: (line) => ours.push(line) }));
    run(recordedPowertools());
    expect(ours.map((line) => JSON.parse(line))).toEqual(lines.map((line) => JSON.parse(line)));
    expect(ours).toEqual(lines);
  });
});

test('is a Powertools Logger', () => {
  expect(createLogger({ service: 'orders' })).toBeInstanceOf(PowertoolsLogger);
  expect(createLogger({ service: 'orders' }).createChild()).toBeInstanceOf(PowertoolsLogger);
});

test('a child keeps a chosen order, which Powertools’ own children forget', () => {
  const ours: string[] = [];
  const logger = createLogger({ service: 'orders', write: (line) => ours.push(line) });
  logger.createChild({ logRecordOrder: ['b', 'message', 'level'] }).info('hello', { a: 1, b: 2 });
  expect(Object.keys(JSON.parse(ours[0] ?? ''))).toEqual([
    'b',
    'message',
    'level',
    'timestamp',
    'service',
    'sampling_rate',
    'a',
  ]);
});

test('an error as the message keeps its stack, which Powertools drops', () => {
  const ours: string[] = [];
  createLogger({ service: 'orders', write: (line) => ours.push(line) }).error(error as never);
  expect(JSON.parse(ours[0] ?? '')).toMatchObject({
    message: 'no',
    error: { name: 'TypeError', message: 'no', code: 'E_NO', stack: expect.stringContaining('TypeError: no') },
  });
});

import { runInScope } from '@twelvefold/lifecycle';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor } from '../redact/redactor.ts';
import { createLogger, isoTimestamps } from './create-logger.ts';

// A line that is written directly is the line that the careful way makes, character for character.
// A replacer that changes nothing sends a logger the careful way.

const SECRETS = ['s3cr"t/väl\\ue\n1', 'plain-secret', '12345678'];

function twins(options: { secrets?: readonly string[]; redact?: readonly string[] }) {
  const redactor = createRedactor({ keys: options.redact ?? [] });
  for (const secret of options.secrets ?? []) redactor.add(secret);
  const lines: string[] = [];
  const logger = createLogger({
    service: 'orders',
    env: {},
    redactor,
    clock: { now: () => 1_763_806_272_345 },
    write: (line) => lines.push(line),
  });
  const careful = logger.createChild({ jsonReplacerFn: (_key, value: unknown) => value });
  return (log: (to: typeof logger) => void): [direct: string[], careful: string[]] => {
    lines.length = 0;
    log(logger);
    const direct = lines.splice(0);
    log(careful);
    return [direct, lines.splice(0)];
  };
}

const trace = { xray: 'Root=1-a-b', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };

/** Runs `work` in a scope. Throws here what it throws, so that a property fails. */
function inScope(work: () => void): void {
  let failed: { error: unknown } | undefined;
  void runInScope({ kind: 'message', component: 'orders', correlationId: 'c-1', trace }, () => {
    try {
      work();
    } catch (error) {
      failed = { error };
    }
  });
  if (failed) throw failed.error;
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    'two',
    '\ud800',
    'a "b"\n\u2028 😀',
    ...SECRETS,
    ...SECRETS.map((secret) => JSON.stringify(secret)),
  ),
);
const key = fc.oneof(
  text,
  fc.constantFrom('orderId', 'password', 'x-api-key', '0', '12a', 'xray_trace_id', 'tenant_id', 'constructor', 'error'),
);
const leaf = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, 12345678),
);
const tree = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    fc.date(),
    text.map((message) => new Error(message)),
  ),
})).value;
const fields = fc.dictionary(key, tree, { maxKeys: 6 });

describe('a line written directly', () => {
  test.each([
    ['without secrets', {}],
    ['with secrets', { secrets: SECRETS }],
    ["with keys of the line's own to redact", { redact: ['message', 'name'] }],
  ])('is what the careful way makes, %s', { timeout: 60_000 }, (_name, options) => {
    const both = twins(options);
    fc.assert(
      fc.property(text, fields, fields, (message, appended, extra) => {
        const [direct, careful] = both((logger) => {
          logger.resetKeys();
          logger.appendKeys(appended);
          logger.info(message, extra as never); // objects of unknown values, which the types allow nearly all of
        });
        expect(direct).toEqual(careful);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['in a scope', inScope],
    ['outside of scopes', (work: () => void) => work()],
  ])('keeps up with keys that change from line to line, %s', { timeout: 60_000 }, (_name, run) => {
    fc.assert(
      fc.property(fields, fields, fields, fields, text, (own, first, second, extra, secret) => {
        const both = twins({});
        const step = (log: Parameters<typeof both>[0]) => {
          const [direct, careful] = both(log);
          expect(direct).toEqual(careful);
        };
        step((logger) => logger.appendKeys(own));
        run(() => {
          step((logger) => logger.info('two', extra as never)); // as above
          step((logger) => logger.info('two', extra as never));
          step((logger) => logger.appendKeys(first));
          step((logger) => logger.info('two'));
          step((logger) => logger.removeKeys(Object.keys(first)));
          step((logger) => logger.appendPersistentKeys(second));
          step((logger) => logger.info('two', { a: 1, component: 'mine', ...extra } as never));
          step((logger) => logger.addContext({ functionName: 'f', memoryLimitInMB: '1', tenantId: '"t"' } as never));
          step((logger) => logger.info('two', { a: 1 }));
          step((logger) => logger.redactor.add(secret));
          step((logger) => logger.info('two', { a: 1 }));
          step((logger) => logger.resetKeys());
          step((logger) => logger.info('two', { a: 1 }));
        });
        step((logger) => logger.info('two', extra as never));
      }),
      { numRuns: 100 },
    );
  });

  test('reads a getter that throws as the careful way does', () => {
    const fields = Object.defineProperty({ a: 1 }, 'bad', {
      get() {
        throw new Error('no');
      },
      enumerable: true,
    });
    const [direct, careful] = twins({})((logger) => logger.info('hello', fields));
    expect(direct).toEqual(careful);
    expect(direct[0]).toContain('"a":1,"bad":"[unreadable]"');
  });

  test('has the fields of a Lambda context in their places', () => {
    const [direct, careful] = twins({})((logger) => {
      logger.addContext({
        functionName: 'orders',
        functionVersion: '1',
        invokedFunctionArn: 'arn',
        memoryLimitInMB: 512 as never,
        awsRequestId: 'r-1',
        tenantId: 't-1',
      } as never);
      logger.info('hello', { a: 1 });
    });
    expect(direct).toEqual(careful);
    expect(direct[0]).toContain('"function_memory_size":512');
  });

  test('is cut where it is too long, as the careful way does', () => {
    const [direct, careful] = twins({})((logger) => {
      logger.info('x'.repeat(20_000), { y: 'ü'.repeat(16_384) });
      logger.info('hello', { list: Array.from({ length: 30 }, () => '"'.repeat(16_000)) });
    });
    expect(direct).toEqual(careful);
    expect(direct[0]).toContain('more characters');
    expect(direct[1]).toContain('"truncated":true');
  });
});

test('timestamps are what Date writes', () => {
  const write = isoTimestamps();
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: -1e12, max: 5e12 }), fc.double({ min: 0, max: 5e12, noNaN: true }))),
      (times) => {
        for (const ms of times) expect(write(ms)).toBe(new Date(ms).toISOString());
      },
    ),
  );
  expect(() => write(Number.NaN)).toThrow(RangeError);
});

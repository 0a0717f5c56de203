import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor } from '../redact/redactor.ts';
import { createLogger } from './create-logger.ts';
import { logged, one } from './safety.fixture.ts';

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
    // Nothing but secrets, so that all of it shrinks: what stands at the end of the part that is
    // looked at does not show.
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

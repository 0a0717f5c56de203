import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor, REDACTED } from './redactor.ts';

describe('by key', () => {
  const redactor = createRedactor({ keys: ['PIN-code'] });

  test.each([
    'password',
    'PASSWORD',
    'dbPassword',
    'DB_PASSWORD',
    'authorization',
    'Proxy-Authorization',
    'cookie',
    'Set-Cookie',
    'apiKey',
    'x-api-key',
    'refreshToken',
    'X-Amz-Security-Token',
    'client_secret',
    'sessionId',
    'pinCode',
    'card_pin_code',
  ])('%s is sensitive', (key) => {
    expect(redactor.isSensitiveKey(key)).toBe(true);
  });

  test.each(['secretId', 'tokens', 'passwordResetAt', 'orderId', 'message', '', '_'])('%j is not', (key) => {
    expect(redactor.isSensitiveKey(key)).toBe(false);
  });

  test('an empty extra key does not make every key sensitive', () => {
    expect(createRedactor({ keys: ['', '-'] }).isSensitiveKey('orderId')).toBe(false);
  });

  test('still answers after more keys than it remembers', () => {
    for (let index = 0; index < 3_000; index += 1) redactor.isSensitiveKey(`k${index}`);
    expect(redactor.isSensitiveKey('k2999')).toBe(false);
    expect(redactor.isSensitiveKey('token')).toBe(true);
  });
});

describe('by value', () => {
  test('vanishes inside longer strings, each time', () => {
    const redactor = createRedactor();
    redactor.add('hunter22');
    expect(redactor.text('hunter22 and xhunter22y')).toBe(`${REDACTED} and x${REDACTED}y`);
    expect(redactor.text('nothing here')).toBe('nothing here');
  });

  test('vanishes JSON-escaped and percent-encoded', () => {
    const redactor = createRedactor();
    redactor.add('a"b\\c d/e');
    expect(redactor.text(JSON.stringify({ it: 'a"b\\c d/e' }))).toBe(`{"it":"${REDACTED}"}`);
    expect(redactor.text(`https://h/?q=${encodeURIComponent('a"b\\c d/e')}`)).toBe(`https://h/?q=${REDACTED}`);
  });

  test.each([0, 1, 2, 3, 4, 5])('vanishes in base64, %i bytes into the text', (before) => {
    const secret = 'hunter22?ü>~';
    const redactor = createRedactor();
    redactor.add(secret);
    for (const encoding of ['base64', 'base64url'] as const) {
      for (const after of ['', ':', ':x', ':xyz']) {
        const shown = redactor.text(`Basic ${Buffer.from('u'.repeat(before) + secret + after).toString(encoding)}`);
        expect(shown).toContain(REDACTED);
        // Of the characters at its edges, which it shares with its neighbours, nothing can be read.
        const rest = shown
          .slice('Basic '.length)
          .split(REDACTED)
          .map((part) => Buffer.from(part, encoding).toString('latin1'));
        expect(rest.join('')).not.toMatch(/h?unte|22\?/);
      }
    }
  });

  test('overlapping secrets leave no rest', () => {
    const redactor = createRedactor();
    redactor.add('abcdef');
    redactor.add('defghi');
    redactor.add('abcabc');
    expect(redactor.text('1abcdefghi2')).toBe(`1${REDACTED}2`);
    expect(redactor.text('abcabcabc')).toBe(REDACTED);
  });

  test('values under six characters are left alone', () => {
    const redactor = createRedactor();
    redactor.add('');
    redactor.add('12345');
    expect(redactor.text('12345')).toBe('12345');
  });

  test('a lone surrogate does not throw', () => {
    const redactor = createRedactor();
    redactor.add('bad\ud800value');
    expect(redactor.text('x bad\ud800value')).toBe(`x ${REDACTED}`);
  });

  test('no text ever shows an added value', () => {
    const secret = fc.string({ minLength: 6, maxLength: 12, unit: fc.constantFrom('a', 'b', '"', '%', '\\') });
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.array(fc.string()), (secrets, noise) => {
        const redactor = createRedactor();
        for (const value of secrets) redactor.add(value);
        const text = [...secrets, ...noise, ...secrets].join(noise[0] ?? '');
        const shown = redactor.text(text);
        for (const value of secrets) expect(shown).not.toContain(value);
      }),
    );
  });
});

import { inspect } from 'node:util';
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
    'auth',
    'basicAuth',
    'DB_PASS',
    'pass',
    'connect.sid',
    'sid',
    'tokens',
    'refresh_tokens',
    'DATABASE_URL',
    'databaseUrl',
    'jwt',
    'idJwt',
    'bearer',
    'secrets',
    'pin',
    'userOTP',
    'cvv',
  ])('%s hides text and objects, never booleans and null', (key) => {
    expect(redactor.isSensitive(key, 'x')).toBe(true);
    expect(redactor.isSensitive(key, ['x'])).toBe(true);
    for (const value of [true, false, null, undefined]) expect(redactor.isSensitive(key, value)).toBe(false);
  });

  test.each([
    'secretId',
    'passwordResetAt',
    'orderId',
    'message',
    'author',
    'oauth',
    'bypass',
    'inside',
    'PRESID',
    'spin',
    'tokensUsed',
    '',
    '_',
  ])('%j hides nothing', (key) => {
    expect(redactor.isSensitive(key, 'x')).toBe(false);
    expect(redactor.isSensitive(key, 1)).toBe(false);
  });

  test.each(['pin', 'card_otp', 'cvv', 'pinCode'])('%s hides numbers', (key) => {
    expect(redactor.isSensitive(key, 1234)).toBe(true);
    expect(redactor.isSensitive(key, 1234n)).toBe(true);
  });

  test.each(['tokens', 'token', 'password', 'sessionId'])('%s shows numbers', (key) => {
    expect(redactor.isSensitive(key, 512)).toBe(false);
  });

  test('an empty extra key does not make every key sensitive', () => {
    expect(createRedactor({ keys: ['', '-'] }).isSensitive('orderId', 'x')).toBe(false);
  });

  test('still answers after more keys than it remembers', () => {
    for (let index = 0; index < 3_000; index += 1) redactor.isSensitive(`k${index}`, 'x');
    expect(redactor.isSensitive('k2999', 'x')).toBe(false);
    expect(redactor.isSensitive('token', 'x')).toBe(true);
  });
});

/** Has a character of each kind that an encoding treats in its own way. */
const AWKWARD = `pä ss"w\\or'd\`n\n+/~*(=&<%41:@é😀`;
const json = (value: unknown) => JSON.stringify(value);
const form = (value: string) => new URLSearchParams({ v: value }).toString().slice(2);
const sigV4 = (value: string) =>
  encodeURIComponent(value).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
const lowerCase = (value: string) => value.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase());
const userinfo = (value: string) => {
  const url = new URL('https://u@h/');
  url.password = value;
  return url.href;
};
const xml = (value: string) =>
  value.replace(/[&<>"']/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] ?? '&#39;');
const ascii = (value: string) =>
  value.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const base64 = (value: string, encoding: BufferEncoding = 'utf8') => Buffer.from(value, encoding).toString('base64');
const wrapped = (text: string, width: number) => text.replace(new RegExp(`.{${width}}`, 'g'), '$&\r\n');

const ENCODINGS: ReadonlyArray<readonly [name: string, encode: (value: string) => string]> = [
  ['as it is', (value) => value],
  ['in JSON', json],
  ['in JSON inside JSON', (value) => json({ body: json({ value }) })],
  ['in JSON four levels deep', (value) => json(json(json(json({ value }))))],
  ['in JSON of ASCII only', (value) => ascii(json(value))],
  ['percent-encoded', encodeURIComponent],
  ['percent-encoded in lower case', (value) => lowerCase(encodeURIComponent(value))],
  ['percent-encoded twice', (value) => encodeURIComponent(encodeURIComponent(value))],
  ['percent-encoded JSON', (value) => encodeURIComponent(json({ value }))],
  ['form-encoded', form],
  ['form-encoded in lower case', (value) => lowerCase(form(value))],
  ["in SigV4's encoding", sigV4],
  ['as the userinfo of a URL', userinfo],
  ['by util.inspect', (value) => inspect({ a: [value] })],
  ['by util.inspect in JSON', (value) => json(inspect([value]))],
  ['by util.inspect of a buffer', (value) => inspect(Buffer.from(value))],
  ['in JSON of a buffer', (value) => json(Buffer.from(value))],
  ['in XML', xml],
  ['in base64', base64],
  ['in base64url', (value) => Buffer.from(value).toString('base64url')],
  ['in percent-encoded base64', (value) => encodeURIComponent(base64(value))],
  ['in base64 of UTF-16', (value) => base64(value, 'utf16le')],
  ['in base64 of JSON', (value) => base64(json({ value }))],
  ['in base64 of JSON of UTF-16', (value) => base64(json({ value: 'x' }) + value, 'utf16le')],
  ['in a Basic authorization of RFC 6749', (value) => base64(`client:${encodeURIComponent(value)}`)],
  ['in wrapped base64', (value) => wrapped(base64(`${'x'.repeat(47)}${value}`), 76)],
  ['in wrapped base64 in JSON', (value) => json(wrapped(base64(`${'x'.repeat(40)}${value}`), 64))],
  ['in hexadecimal', (value) => Buffer.from(value).toString('hex')],
  ['in upper-case hexadecimal', (value) => Buffer.from(value).toString('hex').toUpperCase()],
  ['with other line ends', (value) => value.replaceAll('\n', '\r\n')],
];

/**
 * The letters and digits of the value that any of `ENCODINGS` still shows, looked for where it is
 * undone by hand.
 */
describe.each(ENCODINGS)('a value %s', (_name, encode) => {
  test.each([
    ['of awkward characters', AWKWARD],
    ['of letters and digits', 'hunter2hunter2'],
    ['of symbols', '!@#$%^&*()[]{}'],
    ['of another script', 'пароль-пароль'],
    ['of 400 characters', `${'q'.repeat(200)}"${'z'.repeat(200)}`],
  ])('vanishes, %s', (_kind, value) => {
    const redactor = createRedactor();
    redactor.add(value);
    const whole = encode(value);
    const shown = redactor.text(`at ${whole} end`);
    expect(shown).toContain(REDACTED);
    expect(shown).toMatch(/^at .* end$/s);
    // At most the quotes, the names and the padding that the encoding adds are left.
    const added = encode('').length + 80;
    if (value.length > 100) expect(shown.length).toBeLessThan(added + 80);
    else expect(redactor.text(shown)).toBe(shown);
    for (const part of value.match(/[a-z\d]{4,}/gi) ?? []) expect(shown).not.toContain(part);
  });
});

test('a value stored with a line feed vanishes when it is used trimmed', () => {
  const redactor = createRedactor();
  redactor.add('  hunter22hunter22\n');
  expect(redactor.text('is hunter22hunter22!')).toBe(`is ${REDACTED}!`);
  expect(redactor.text(base64('u:hunter22hunter22'))).not.toContain(base64('hunter22hunter22').slice(4, 12));
});

test('the password of a URL vanishes by itself', () => {
  const redactor = createRedactor();
  redactor.add('postgres://app:p%40ss-w0rd-1@db.internal:5432/orders');
  expect(redactor.text('cannot log in with p@ss-w0rd-1')).toBe(`cannot log in with ${REDACTED}`);
  expect(redactor.text('host db.internal')).toBe('host db.internal');
});

test('one of many values is found in a long line', () => {
  const redactor = createRedactor();
  const values = Array.from({ length: 200 }, (_, n) => `value-${(n * 7919).toString(36)}-${n}-secret`);
  for (const value of values) redactor.add(value);
  for (const value of values)
    expect(redactor.text(`${'x'.repeat(500)}${value}y`)).toBe(`${'x'.repeat(500)}${REDACTED}y`);
});

test('text that only looks like an escape stays as it is', () => {
  const redactor = createRedactor();
  redactor.add('hunter22hunter22');
  const text = '100% \\u12 \\x &bogus; &#99999999; %zz %u12 \\';
  expect(redactor.text(text)).toBe(text);
  expect(redactor.text(`${text}hunter22hunter22%`)).toBe(`${text}${REDACTED}%`);
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
    redactor.add('abcdefgh');
    redactor.add('defghijk');
    redactor.add('abcabcabc');
    expect(redactor.text('1abcdefghijk2')).toBe(`1${REDACTED}2`);
    expect(redactor.text('abcabcabcabc')).toBe(REDACTED);
  });

  test('values under eight characters are left alone', () => {
    const redactor = createRedactor();
    redactor.add('');
    redactor.add('1234567');
    redactor.add(' 1234567 ');
    expect(redactor.text('1234567')).toBe('1234567');
  });

  test('a lone surrogate does not throw', () => {
    const redactor = createRedactor();
    redactor.add('bad\ud800value');
    expect(redactor.text('x bad\ud800value')).toBe(`x ${REDACTED}`);
  });

  test('no text ever shows an added value', () => {
    const secret = fc.string({ minLength: 8, maxLength: 14, unit: fc.constantFrom('a', 'b', '"', '%', '\\') });
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

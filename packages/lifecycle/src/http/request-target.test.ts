import fc from 'fast-check';
import { expect, it } from 'vitest';
import { requestUrl } from './request-target.ts';

it('is written as URL writes it, plain or not', () => {
  const piece = fc.constantFrom(
    'a',
    'Orders',
    '1',
    '.',
    '..',
    '/',
    '//',
    '%20',
    '=',
    '&',
    "'",
    'ü',
    ' ',
    '~',
    '+',
    ':',
    '@',
  );
  const pieces = fc.array(piece, { maxLength: 8 }).map((all) => all.join(''));
  const host = fc.constantFrom(
    'abc.example',
    'localhost',
    '127.0.0.1',
    '1.2',
    'a.0x7f',
    'A.b',
    'a:443',
    'a:8080',
    'xn--a.b',
    'a..b',
    'ü.de',
    '',
  );
  fc.assert(
    fc.property(fc.constantFrom('http', 'https'), host, pieces, pieces, (proto, name, path, query) => {
      const url = `${proto}://${name || 'localhost'}/${path.replaceAll(' ', '%20')}${query && `?${query}`}`;
      expect(requestUrl(proto, name, { path: `/${path}`, query })).toBe(URL.parse(url)?.href);
    }),
    { numRuns: 2_000 },
  );
});

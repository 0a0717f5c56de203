import { expect, it } from 'vitest';
import { pageLinks, pageOf, readAll } from './list-page.ts';

const LIST = Array.from({ length: 120 }, (_, at) => at);
const search = (text: string) => new URLSearchParams(text);

it('gives a page of a list, and where the next one begins', () => {
  expect(pageOf(LIST, search(''))).toMatchObject({ from: 0, total: 120, next: 50 });
  expect(pageOf(LIST, search('from=100'))).toEqual({ rows: LIST.slice(100), from: 100, total: 120, next: undefined });
  expect(pageOf(LIST, search('from=70')).next).toBe(undefined);
  expect(pageOf(LIST, search('from=500'))).toEqual({ rows: [], from: 500, total: 120, next: undefined });
});

it.each(['-1', '1.5', 'x', '', '9'.repeat(10)])('refuses the position %j', (from) => {
  expect(() => pageOf(LIST, search(`from=${from}`))).toThrow('from must be a position in the list, 0 or more');
});

it('links the pages beside it, and keeps the rest of the address', () => {
  const text = pageLinks(pageOf(LIST, search('from=50')), search('id=%3Cb%3E&from=50&done=Sent')).text;
  expect(text).toContain('<span>51 to 100 of 120</span>');
  expect(text).toContain('<a rel="prev" href="?id=%3Cb%3E&amp;from=0">Previous</a>');
  expect(text).toContain('<a rel="next" href="?id=%3Cb%3E&amp;from=100">Next</a>');
  expect(pageLinks(pageOf(LIST.slice(0, 50), search('')), search('')).text).toBe('');
  // Rows can be gone since the page before.
  expect(pageLinks(pageOf(LIST, search('from=500')), search('')).text).toContain('no rows from 501 on of 120');
});

it('reads every page of an AWS list', async () => {
  const tokens: unknown[] = [];
  const all = await readAll(async (token) => {
    tokens.push(token);
    return { items: [tokens.length], token: tokens.length < 3 ? `t-${tokens.length}` : '' };
  });
  expect([all, tokens]).toEqual([
    [1, 2, 3],
    [undefined, 't-1', 't-2'],
  ]);
});

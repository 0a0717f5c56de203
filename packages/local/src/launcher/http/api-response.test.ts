import { expect, test } from 'vitest';
import { apiResponse } from './api-response.ts';

const text = (payload: unknown) => {
  const { status, headers, body } = apiResponse(payload);
  return { status, headers, body: body.toString('utf8') };
};

test('status, headers, cookies and body', () => {
  const payload = {
    statusCode: 201,
    headers: { 'Content-Type': 'application/json', 'X-Count': 2, 'Content-Length': '999', Connection: 'close' },
    cookies: ['sid=1; HttpOnly', 'theme=dark'],
    body: '{"a":1}',
    isBase64Encoded: false,
    somethingElse: true,
  };
  expect(text(payload)).toEqual({
    status: 201,
    headers: [
      ['content-type', 'application/json'],
      ['x-count', '2'],
      ['set-cookie', 'sid=1; HttpOnly'],
      ['set-cookie', 'theme=dark'],
    ],
    body: '{"a":1}',
  });
});

test('a binary body comes in base64', () => {
  const body = Buffer.from([0, 1, 255]);
  expect(apiResponse({ statusCode: 200, body: body.toString('base64'), isBase64Encoded: true }).body).toEqual(body);
});

test('what is missing or null has its default', () => {
  expect(text({ statusCode: '204', headers: null, cookies: null, body: null })).toEqual({
    status: 204,
    headers: [],
    body: '',
  });
  expect(text({ statusCode: 200, body: 'hi' }).headers).toEqual([['content-type', 'text/plain;charset=UTF-8']]);
});

test.each([
  [{ orderId: 1 }, '{"orderId":1}'],
  ['plain words', 'plain words'],
  [[1, 2], '[1,2]'],
  [null, 'null'],
])('without a status code the payload is the body: %j', (payload, body) => {
  expect(text(payload)).toEqual({ status: 200, headers: [['content-type', 'application/json']], body });
});

test.each([
  { statusCode: 'many' },
  { statusCode: 99 },
  { statusCode: 600 },
  { statusCode: 200, body: { not: 'a string' } },
  { statusCode: 200, headers: ['x'] },
  { statusCode: 200, headers: { 'x-list': ['a', 'b'] } },
  { statusCode: 200, headers: { 'bad name': 'x' } },
  { statusCode: 200, headers: { 'x-split': 'a\r\nset-cookie: b' } },
  { statusCode: 200, cookies: 'sid=1' },
  { statusCode: 200, cookies: ['a=b\r\nx: y'] },
])('a malformed response is a 500: %j', (payload) => {
  expect(text(payload)).toEqual({
    status: 500,
    headers: [['content-type', 'application/json']],
    body: '{"message":"Internal Server Error"}',
  });
});

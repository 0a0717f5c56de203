import { expect, test } from 'vitest';
import { restResponse, streamedHead } from './rest-response.ts';

const response = (payload: unknown, isBinary = false) => {
  const { body, ...head } = restResponse(payload, isBinary);
  return { ...head, body: body.toString() };
};

test('status, headers and body; a list wins over a single value', () => {
  expect(
    response({
      statusCode: 201,
      headers: { 'X-One': 'a', 'x-many': 'lost', 'content-length': '9' },
      multiValueHeaders: { 'X-Many': ['1', '2'], 'Content-Type': ['text/plain'] },
      body: 'hello',
      isBase64Encoded: false,
    }),
  ).toEqual({
    status: 201,
    headers: [
      ['x-one', 'a'],
      ['x-many', '1'],
      ['x-many', '2'],
      ['content-type', 'text/plain'],
    ],
    body: 'hello',
  });
  expect(response({ statusCode: 204 })).toEqual({
    status: 204,
    headers: [['content-type', 'application/json']],
    body: '',
  });
});

test('base64 is decoded for clients that accept a binary type, and sent as it is to others', () => {
  const payload = { statusCode: 200, body: 'aGk=', isBase64Encoded: true };
  expect([response(payload, true).body, response(payload, false).body]).toEqual(['hi', 'aGk=']);
});

test.each([
  ['nothing', undefined],
  ['a text', 'hello'],
  ['no status', { body: 'x' }],
  ['a status out of range', { statusCode: 99 }],
  ['another member', { statusCode: 200, cookies: ['a=1'] }],
  ['a body that is not a text', { statusCode: 200, body: { ok: true } }],
  ['a header that is not a text', { statusCode: 200, headers: { a: {} } }],
  ['a header with a line feed', { statusCode: 200, multiValueHeaders: { a: ['b\nc'] } }],
  ['a list that is not one', { statusCode: 200, multiValueHeaders: { a: 'b' } }],
])('%s is a 502', (_, payload) => {
  expect(response(payload)).toMatchObject({ status: 502, body: '{"message":"Internal server error"}' });
});

test('the head of a streamed answer may have cookies, and gets no type', () => {
  expect(streamedHead({ statusCode: 200, headers: { 'x-a': '1' }, cookies: ['a=1', 'b=2'] })).toMatchObject({
    status: 200,
    headers: [
      ['x-a', '1'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ],
  });
  for (const prelude of [undefined, { statusCode: 1 }, { statusCode: 200, cookies: 'a=1' }])
    expect(() => streamedHead(prelude)).toThrow('malformed');
});

import type { ApiResponse } from './api-response.ts';
import { GATEWAY_HEADERS, gatewayMessage, isHeader, isRecord, withoutNulls } from './api-response.ts';

const MEMBERS = ['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded'];

/**
 * The HTTP response of a REST API for a function's payload, by "Output format of a Lambda function
 * for proxy integration": any other member, and a body that is not a text, is a 502.
 *
 * @param isBinary - the client accepts one of the binary media types, so base64 is decoded
 */
export function restResponse(payload: unknown, isBinary: boolean): ApiResponse {
  if (!isRecord(payload) || !Object.keys(payload).every((key) => MEMBERS.includes(key))) return INVALID;
  const { body = '', isBase64Encoded = false } = withoutNulls(payload);
  const fields = headOf(payload);
  if (!fields || typeof body !== 'string' || typeof isBase64Encoded !== 'boolean') return INVALID;
  const { status, headers } = fields;
  const isTyped = headers.some(([name]) => name === 'content-type');
  return {
    status,
    headers: isTyped ? headers : [['content-type', 'application/json'], ...headers],
    body: Buffer.from(body, isBase64Encoded && isBinary ? 'base64' : 'utf8'),
  };
}

/** Status and headers of a streamed answer, which may have `cookies` as well. */
export function streamedHead(prelude: unknown): ApiResponse {
  const { cookies = [] } = isRecord(prelude) ? withoutNulls(prelude) : {};
  const fields = isRecord(prelude) ? headOf(prelude) : undefined;
  if (!fields || !Array.isArray(cookies) || !cookies.every((cookie) => isHeader(['set-cookie', cookie]))) {
    throw new Error('The status and headers of a streamed answer are malformed');
  }
  const set = cookies.map((cookie) => ['set-cookie', String(cookie)] as const);
  return { status: fields.status, headers: [...fields.headers, ...set], body: Buffer.alloc(0) };
}

const INVALID = gatewayMessage(502, 'Internal server error');

/** `undefined` unless status and headers are valid. */
function headOf(payload: Readonly<Record<string, unknown>>): Omit<ApiResponse, 'body'> | undefined {
  const { statusCode, headers = {}, multiValueHeaders = {} } = withoutNulls(payload);
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (!isRecord(headers) || !isRecord(multiValueHeaders)) return undefined;
  const lists = Object.entries(multiValueHeaders);
  if (!lists.every(([, values]) => Array.isArray(values))) return undefined;
  const many = lists.flatMap(([name, values]) => (values as unknown[]).map((value) => [name, value] as const)); // arrays, as just seen
  // A name that is in both has the values of the list.
  const listed = new Set(lists.map(([name]) => name.toLowerCase()));
  const single = Object.entries(headers).filter(([name]) => !listed.has(name.toLowerCase()));
  const pairs = [...single, ...many];
  if (!pairs.every(isHeader)) return undefined;
  const given = pairs.map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  return { status, headers: given.filter(([name]) => !GATEWAY_HEADERS.includes(name)) };
}

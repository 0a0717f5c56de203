import { validateHeaderName, validateHeaderValue } from 'node:http';

/** The response that goes back to the client. */
export interface ApiResponse {
  readonly status: number;
  /** Name and value in turn, so that Set-Cookie may repeat. */
  readonly headers: ReadonlyArray<readonly [string, string]>;
  readonly body: Buffer;
}

/** API Gateway's own: a function's response does not set them. */
export const GATEWAY_HEADERS: readonly string[] = [
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
];

/** The answer of API Gateway itself. */
export function gatewayMessage(status: number, message: string): ApiResponse {
  return { status, headers: [['content-type', 'application/json']], body: Buffer.from(JSON.stringify({ message })) };
}

/**
 * The HTTP response for a function's payload, format 2.0. A payload without `statusCode` is the
 * body of a 200 in JSON; an invalid response becomes a 500, as with API Gateway.
 */
export function apiResponse(payload: unknown): ApiResponse {
  if (!isRecord(payload) || payload.statusCode === undefined) {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload ?? null);
    return { status: 200, headers: [['content-type', 'application/json']], body: Buffer.from(body) };
  }
  const status = Number(payload.statusCode);
  const { headers = {}, cookies = [], body = '', isBase64Encoded = false } = withoutNulls(payload);
  const valid =
    Number.isInteger(status) &&
    status >= 200 &&
    status <= 599 &&
    isRecord(headers) &&
    Object.entries(headers).every(isHeader) &&
    Array.isArray(cookies) &&
    cookies.every((cookie) => typeof cookie === 'string' && isHeader(['set-cookie', cookie])) &&
    typeof body === 'string';
  if (!valid) return gatewayMessage(500, 'Internal Server Error');
  const pairs = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), String(value)] as const)
    .filter(([name]) => !GATEWAY_HEADERS.includes(name));
  const typed = pairs.some(([name]) => name === 'content-type');
  return {
    status,
    headers: [
      ...(typed || body === '' ? [] : ([['content-type', 'text/plain;charset=UTF-8']] as const)),
      ...pairs,
      ...cookies.map((cookie) => ['set-cookie', cookie] as const),
    ],
    body: Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isHeader([name, value]: readonly [string, unknown]): boolean {
  if (!['string', 'number', 'boolean'].includes(typeof value)) return false;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, String(value));
    return true;
  } catch {
    return false;
  }
}

export function withoutNulls(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}

import type { Protocol, ServiceFailure } from './aws-service.ts';

type JsonObject = Record<string, unknown>;

export interface JsonProtocolOptions {
  /** The first part of `x-amz-target`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  readonly extraHeaders?: Readonly<Record<string, string>>;
  /** The names in this protocol of codes in `x-amzn-query-error`: the SDK's names. */
  readonly queryCodes?: Readonly<Record<string, string>>;
  /** Changes what JSON has no form for; by operation. */
  readonly encode?: Readonly<Record<string, (input: never) => unknown>>;
  readonly decode?: Readonly<Record<string, (output: never) => unknown>>;
  readonly failure?: (body: JsonObject) => Pick<ServiceFailure, 'item' | 'cancellationReasons'>;
  readonly verify?: Protocol['verify'];
}

/** AWS JSON 1.0 and 1.1 (Smithy specification, AWS JSON protocol). */
export function jsonProtocol(options: JsonProtocolOptions): Protocol {
  const { target, version, extraHeaders, queryCodes, encode = {}, decode = {}, failure, verify } = options;
  return {
    headers: (operation) => ({
      'content-type': `application/x-amz-json-${version}`,
      'x-amz-target': `${target}.${operation}`,
      ...extraHeaders,
    }),
    encode: (operation, input) => {
      const transform = encode[operation];
      return JSON.stringify(transform ? transform(input as never) : input); // the port's types pair operation and input
    },
    decode: (operation, body) => {
      if (body === '') return {};
      const output = parseObject(body);
      return decode[operation]?.(output as never) ?? output; // what the service answers is taken at its word, as the SDK does
    },
    decodeError: (text, headers) => {
      const body = text === '' ? {} : parseObject(text);
      const queryCode = headers['x-amzn-query-error']?.split(';')[0];
      const code = cleanCode(
        queryCodes
          ? (queryCode ?? field(body, 'code') ?? headers['x-amzn-errortype'] ?? body.__type)
          : (body.__type ?? field(body, 'code') ?? headers['x-amzn-errortype']),
      );
      const message = body.message ?? body.Message;
      return {
        code: (code !== undefined && queryCodes?.[code]) || code,
        message: typeof message === 'string' ? message : undefined,
        ...failure?.(body),
      };
    },
    ...(verify ? { verify } : {}),
  };
}

function parseObject(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('not a JSON object');
  // Members that are null are absent, as in the SDK. Most answers have none.
  return (text.includes('null') ? withoutNulls(value) : value) as JsonObject;
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNulls(member)]));
}

const field = (body: JsonObject, name: string): unknown => {
  const key = Object.keys(body).find((one) => one.toLowerCase() === name);
  return key === undefined ? undefined : body[key];
};

/** `com.amazonaws.sqs#QueueDoesNotExist`, `Name:http://...` and `Name,other` are all `Name`. */
function cleanCode(raw: unknown): string | undefined {
  if (typeof raw !== 'string' && typeof raw !== 'number') return undefined;
  const code = String(raw).split(',')[0]?.split(':')[0] ?? '';
  const hash = code.indexOf('#');
  return (hash < 0 ? code : code.slice(hash + 1)) || undefined;
}

import { crc32 } from 'node:zlib';
import type { Answer } from '../http.ts';
import type { JsonProtocol } from '../service.ts';
import { ServiceError } from '../service-error.ts';

const DEFAULTS: JsonProtocol = { targetPrefix: '', version: '1.1' };

/**
 * The input of an AWS JSON call.
 *
 * @throws ServiceError `SerializationException` for anything but an object.
 */
export function decodeJson(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  let input: unknown;
  try {
    input = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new ServiceError('SerializationException', 'The request body is not well-formed JSON');
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new ServiceError('SerializationException', 'The request body must be a JSON object');
  }
  return input as Record<string, unknown>; // narrowed on the lines above
}

function answer(protocol: JsonProtocol, status: number, requestId: string, body: string, more = {}): Answer {
  return {
    status,
    headers: {
      'content-type': `application/x-amz-json-${protocol.version}`,
      'x-amzn-requestid': requestId,
      ...(protocol.crc32 ? { 'x-amz-crc32': String(crc32(body)) } : {}),
      ...more,
    },
    body,
  };
}

/**
 * `output` must be what JSON.stringify carries: blobs as base64 strings, times as numbers of
 * seconds.
 */
export function encodeJson(protocol: JsonProtocol, output: unknown, requestId: string): Answer {
  return answer(protocol, 200, requestId, JSON.stringify(output ?? {}));
}

export function encodeJsonError(protocol: JsonProtocol | undefined, error: ServiceError, requestId: string): Answer {
  const { errorNamespace, queryCompatible, capitalMessage } = protocol ?? DEFAULTS;
  // Permissions are checked before the service, by the framework in front of it.
  const isFromFront = errorNamespace !== undefined && error.code === 'AccessDeniedException';
  const namespace = isFromFront ? 'com.amazon.coral.service' : errorNamespace;
  const type = namespace === undefined ? error.code : `${namespace}#${error.code}`;
  const name = capitalMessage?.has(error.code) ? 'Message' : 'message';
  const said = 'Message' in error.fields ? {} : { [name]: error.message };
  const fault = error.status < 500 ? 'Sender' : 'Receiver';
  return answer(
    protocol ?? DEFAULTS,
    error.status,
    requestId,
    JSON.stringify({ __type: type, ...said, ...error.fields }),
    queryCompatible ? { 'x-amzn-query-error': `${error.queryCode ?? error.code};${fault}` } : {},
  );
}

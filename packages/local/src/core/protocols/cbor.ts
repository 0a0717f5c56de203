import type { Answer } from '../answer.ts';
import type { CborProtocol } from '../service.ts';
import { ServiceError } from '../service-error.ts';
import { decodeCbor } from './cbor-decode.ts';
import { encodeCbor } from './cbor-encode.ts';

/** The input of a Smithy RPC v2 call. @throws ServiceError `SerializationException` for anything but a CBOR map */
export function decodeCborInput(body: Buffer, protocol: CborProtocol | undefined): Record<string, unknown> {
  if (body.length === 0) return {};
  let input: unknown;
  try {
    input = decodeCbor(body);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceError('SerializationException', `The request body is not well-formed CBOR: ${reason}`);
  }
  if (protocol === undefined || typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new ServiceError('SerializationException', 'The request body must be a CBOR map');
  }
  return input as Record<string, unknown>; // narrowed on the lines above
}

const answer = (status: number, requestId: string, body: Buffer): Answer => ({
  status,
  headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor', 'x-amzn-requestid': requestId },
  body,
});

export const encodeCborAnswer = (protocol: CborProtocol | undefined, output: unknown, requestId: string): Answer =>
  answer(200, requestId, encodeCbor(output ?? {}, protocol?.times ?? []));

export function encodeCborError(error: ServiceError, requestId: string): Answer {
  const fault = error.status < 500 ? 'Sender' : 'Receiver';
  const { status, headers, body } = answer(
    error.status,
    requestId,
    encodeCbor({ __type: error.code, message: error.message, ...error.fields }, []),
  );
  return { status, body, headers: { ...headers, 'x-amzn-query-error': `${error.queryCode ?? error.code};${fault}` } };
}

import type { Caller } from './caller.ts';
import type { Answer, HttpRequest } from './http.ts';
import { readForm } from './http.ts';
import { decodeCborInput, encodeCborAnswer, encodeCborError } from './protocols/cbor.ts';
import { decodeJson, encodeJson, encodeJsonError } from './protocols/json.ts';
import { decodeQuery } from './protocols/query.ts';
import { encodeXml, encodeXmlError } from './protocols/xml.ts';
import type { QueryProtocol, ServiceEntry, ServiceModule } from './service.ts';
import { ServiceError } from './service-error.ts';

/** The operation that a request asks for, and the protocol of the answer. */
export interface Call {
  /** Undefined for a service that is not here. */
  readonly service: ServiceModule | undefined;
  readonly serviceName: string;
  readonly operation: string;
  /** @throws ServiceError for a body that cannot be read. */
  input(): Record<string, unknown>;
  answer(output: unknown, requestId: string): Answer;
  refuse(error: ServiceError, requestId: string): Answer;
  /**
   * The answer to an operation that the service lacks, where AWS's own answer is known.
   *
   * @defaultValue a 501 that names it
   */
  readonly unknown?: ServiceError | undefined;
  /**
   * The codes of authentication faults differ: JSON says `MissingAuthenticationTokenException`,
   * Query has no suffix and 403.
   */
  authenticationError(kind: keyof typeof AUTHENTICATION): ServiceError;
}

interface AuthenticationFault {
  readonly code: string;
  /** Where JSON does not just add `Exception`. */
  readonly jsonCode?: string;
  readonly message: string;
}

const AUTHENTICATION = {
  missing: { code: 'MissingAuthenticationToken', message: 'Request is missing Authentication Token' },
  malformed: {
    code: 'IncompleteSignature',
    message:
      'The Authorization header must be AWS4-HMAC-SHA256 with a Credential of key/date/region/service/aws4_request',
  },
  expired: { code: 'ExpiredToken', message: 'The security token included in the request is expired' },
  invalid: {
    code: 'InvalidClientTokenId',
    jsonCode: 'UnrecognizedClientException',
    message: 'The security token included in the request is invalid.',
  },
} satisfies Record<string, AuthenticationFault>;

function jsonAuthenticationError(kind: keyof typeof AUTHENTICATION): ServiceError {
  const { code, jsonCode = `${code}Exception`, message }: AuthenticationFault = AUTHENTICATION[kind];
  return new ServiceError(jsonCode, message);
}

const prefixOf = (target: string) => target.slice(0, Math.max(0, target.lastIndexOf('.')));

function jsonCall(service: ServiceModule | undefined, target: string, request: HttpRequest): Call {
  const prefix = prefixOf(target);
  return {
    service,
    serviceName: service?.name ?? prefix,
    operation: target.slice(target.lastIndexOf('.') + 1),
    input: () => decodeJson(request.body),
    answer: (output, requestId) =>
      encodeJson(service?.json ?? { targetPrefix: prefix, version: '1.1' }, output, requestId),
    refuse: (error, requestId) => encodeJsonError(service?.json, error, requestId),
    authenticationError: jsonAuthenticationError,
  };
}

const invalidAction = (operation: string) =>
  new ServiceError('InvalidAction', `The action ${operation} is not valid for this endpoint.`);

function queryCall(named: ServiceModule | undefined, form: URLSearchParams, signingName: string, path = '/'): Call {
  const service = named?.query === undefined ? undefined : named;
  const operation = form.get('Action') ?? '';
  const protocol: QueryProtocol = service?.query ?? { xmlns: '' };
  const fromPath = protocol.resource?.input(path);
  return {
    service,
    serviceName: service?.name ?? signingName,
    operation,
    unknown: fromPath === undefined ? undefined : invalidAction(operation),
    input: () => {
      const given = decodeQuery(form, protocol, operation);
      if (fromPath === undefined) return given;
      if (!protocol.resource?.has(operation)) throw invalidAction(operation);
      return { ...fromPath, ...given };
    },
    answer: (output, requestId) => encodeXml(protocol, operation, output, requestId),
    refuse: (error, requestId) => encodeXmlError(service?.query, error, requestId),
    authenticationError: (kind) =>
      new ServiceError(AUTHENTICATION[kind].code, AUTHENTICATION[kind].message, { status: 403 }),
  };
}

function cborCall(named: ServiceModule | undefined, signingName: string, request: HttpRequest): Call {
  const [, name, operation = ''] = /^\/service\/([^/]+)\/operation\/([^/]+)\/?$/.exec(request.path) ?? [];
  const protocol = named?.cbor;
  const service = protocol?.service === name ? named : undefined;
  return {
    service,
    serviceName: service?.name ?? signingName,
    operation: operation === '' ? `${request.method} ${request.path}` : operation,
    input: () => decodeCborInput(request.body, protocol),
    answer: (output, requestId) => encodeCborAnswer(protocol, output, requestId),
    refuse: encodeCborError,
    authenticationError: jsonAuthenticationError,
  };
}

function restCall(service: ServiceModule, request: HttpRequest): Call {
  const { rest } = service;
  const routed = rest?.route(request);
  const plain = queryCall(undefined, new URLSearchParams(), service.name);
  return {
    ...plain,
    service: routed === undefined ? undefined : service,
    operation: routed?.operation ?? `${request.method} ${request.path}`,
    input: () => routed?.input() ?? {},
    answer: (output, requestId) => rest?.answer(output, requestId) ?? plain.answer(output, requestId),
    refuse: (error, requestId) => rest?.refuse(error, requestId, request) ?? plain.refuse(error, requestId),
  };
}

const UNKNOWN_OPERATION: Answer = {
  status: 404,
  headers: { 'content-type': 'text/xml' },
  body: '<UnknownOperationException/>\n',
};

/**
 * Reads which service and operation a request means: by `X-Amz-Target`, by `Action`, or by method
 * and path.
 */
export async function readCall(
  registry: readonly ServiceEntry[],
  request: HttpRequest,
  caller: Caller | undefined,
): Promise<Call> {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    return jsonCall(await registry.find((entry) => entry.target === prefixOf(target))?.load(), target, request);
  }
  const signingName = caller?.signingName ?? 'unknown';
  const entry = registry.find(({ name }) => name === signingName);
  if (entry?.rest) return restCall(await entry.load(), request);
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor') return cborCall(await entry?.load(), signingName, request);
  const form = readForm(request);
  if (form.has('Action')) return queryCall(await entry?.load(), form, signingName, request.path);
  // No protocol: the 501 names method and path.
  const operation = `${request.method} ${request.path}`;
  const unnamed = { ...queryCall(undefined, form, signingName), operation };
  const service = await entry?.load();
  if (service?.query?.resource?.input(request.path) === undefined) return unnamed;
  // Recorded on AWS: a queue's URL without an action.
  return {
    ...unnamed,
    unknown: new ServiceError('UnknownOperationException', '', { status: 404 }),
    refuse: (error, requestId) =>
      error.code === 'UnknownOperationException' ? UNKNOWN_OPERATION : unnamed.refuse(error, requestId),
  };
}

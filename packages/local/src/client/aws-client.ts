import { setTimeout as wait } from 'node:timers/promises';
import type { Credentials } from './sign-request.ts';
import { signRequest } from './sign-request.ts';
import type { XmlElement } from './xml.ts';
import { parseXml, xmlAt } from './xml.ts';

/** The answer of an endpoint to a call that failed, or the fact that there was none. */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';
  /** AWS's own code without its namespace; `EndpointUnreachable` when nothing answered. */
  readonly code: string;
  readonly service: string;
  readonly operation: string;
  /** 0 when nothing answered. */
  readonly status: number;

  constructor(
    message: string,
    details: { code: string; service: string; operation: string; status: number },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = details.code;
    this.service = details.service;
    this.operation = details.operation;
    this.status = details.status;
  }
}

const JSON_SERVICES = {
  dynamodb: { target: 'DynamoDB_20120810', version: '1.0' },
  logs: { target: 'Logs_20140328', version: '1.1' },
  dynamodbstreams: { target: 'DynamoDBStreams_20120810', version: '1.0' },
  secretsmanager: { target: 'secretsmanager', version: '1.1' },
  sqs: { target: 'AmazonSQS', version: '1.0' },
  ssm: { target: 'AmazonSSM', version: '1.1' },
} as const;
const QUERY_SERVICES = { iam: '2010-05-08', sns: '2010-03-31', sts: '2011-06-15' } as const;

/** Where a service is not called what it is signed for, and has another host. */
const SIGNED_FOR: Readonly<Record<string, string>> = { dynamodbstreams: 'dynamodb' };
const HOSTS: Readonly<Record<string, string>> = { dynamodbstreams: 'streams.dynamodb' };

type JsonService = keyof typeof JSON_SERVICES;
type QueryService = keyof typeof QUERY_SERVICES;

export interface AwsClientOptions {
  /** An endpoint's URL, or `aws` for AWS's own endpoints in `region`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** @defaultValue Date.now */
  readonly now?: () => number;
  /**
   * Waits between two attempts and between two looks at a table that is being made.
   *
   * @defaultValue a timer
   */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
  /** Sent with every call. @defaultValue none */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Carries a request to the endpoint. @defaultValue the global `fetch` */
  readonly fetch?: ((url: URL, init: RequestInit) => Promise<Response>) | undefined;
}

type JsonAnswer = Readonly<Record<string, unknown>>;

/**
 * Calls AWS operations on one endpoint. Rejects with an {@link AwsCallError}, or with the signal's
 * reason.
 */
export interface AwsClient {
  readonly region: string;
  json(service: JsonService, operation: string, input: object): Promise<JsonAnswer>;
  /**
   * `input` as the form carries it, e.g. `{ 'Attributes.entry.1.key': 'Policy' }`. Gives the
   * operation's result element.
   */
  query(service: QueryService, operation: string, input: Readonly<Record<string, string>>): Promise<XmlElement>;
  /** A call of a service with paths, and a body in JSON. */
  rest(
    service: 'lambda',
    operation: string,
    method: 'DELETE' | 'GET' | 'POST',
    path: string,
    input?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<JsonAnswer>;
  /** A call of S3 on a bucket or an object of a local endpoint. Gives the answer's text. */
  s3(operation: string, method: 'DELETE' | 'GET' | 'HEAD' | 'PUT', path: string, body?: string): Promise<string>;
  sleep(ms: number): Promise<void>;
}

const ATTEMPTS = 4;
const TIMEOUT_MS = 30_000;
const isThrottling = (code: string) => /Throttl|TooManyRequests|RequestLimitExceeded/.test(code);

function readJsonError(text: string, errorType: string | null): { code: string; message: string } {
  const body: { __type?: string; message?: string; Message?: string } = JSON.parse(text);
  // Services with paths name the error in a header.
  const type = body.__type ?? errorType?.split(':')[0];
  return { code: type?.split('#').at(-1) ?? 'UnknownError', message: body.message ?? body.Message ?? '' };
}

function readXmlError(text: string): { code: string; message: string } {
  const root = parseXml(text);
  const error = xmlAt(root, 'Error') ?? xmlAt(root, 'Errors', 'Error');
  return {
    code: (error && xmlAt(error, 'Code')?.text) ?? 'UnknownError',
    message: (error && xmlAt(error, 'Message')?.text) ?? '',
  };
}

function readError(text: string, { status, headers }: Response): { code: string; message: string } {
  try {
    return text.trimStart().startsWith('{') ? readJsonError(text, headers.get('x-amzn-errortype')) : readXmlError(text);
  } catch {
    return { code: `Http${status}`, message: 'The answer is not one of AWS; is the endpoint an AWS endpoint?' };
  }
}

/** A client that signs its calls itself, so that the provisioner needs no SDK. */
export function createAwsClient(options: AwsClientOptions): AwsClient {
  const { endpoint, region, credentials, now = Date.now, signal } = options;
  const sleep = options.sleep ?? ((ms, abort) => wait(ms, undefined, { signal: abort }));
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const urlOf = (service: string) =>
    new URL(endpoint === 'aws' ? `https://${HOSTS[service] ?? service}.${region}.${suffix}` : endpoint);

  async function once(
    service: string,
    operation: string,
    headers: Record<string, string>,
    body: string,
    { method, path }: { readonly method: string; readonly path: string },
  ) {
    const url = new URL(path, urlOf(service));
    const about = { service, operation };
    let response: Response;
    let text: string;
    try {
      response = await (options.fetch ?? fetch)(url, {
        method,
        headers: signRequest({
          method,
          url,
          headers,
          body,
          service: SIGNED_FOR[service] ?? service,
          region,
          credentials,
          nowMs: now(),
        }),
        ...(method === 'POST' || method === 'PUT' ? { body } : {}),
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]),
      });
      text = await response.text();
    } catch (error) {
      signal?.throwIfAborted();
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      // A refused connection on two addresses is an AggregateError with a code and no message.
      const { code = '', message = '' } = cause as { code?: string; message?: string }; // read only for the text
      throw new AwsCallError(
        `Cannot reach the AWS endpoint ${url.origin}: ${message || code}; start it, or correct its URL`,
        { ...about, code: 'EndpointUnreachable', status: 0 },
        { cause: error },
      );
    }
    if (response.ok) return text;
    const { code, message } = readError(text, response);
    throw new AwsCallError(`${code}: ${message || `${service} ${operation} failed without a message`}`, {
      ...about,
      code,
      status: response.status,
    });
  }

  async function send(
    service: string,
    operation: string,
    headers: Record<string, string>,
    body: string,
    at = { method: 'POST', path: '/' },
  ) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(
          service,
          operation,
          { 'user-agent': 'twelvefold-provision', ...options.headers, ...headers },
          body,
          at,
        );
      } catch (error) {
        if (!(error instanceof AwsCallError) || attempt >= ATTEMPTS) throw error;
        const { status, code } = error;
        if (!(status >= 500 && status !== 501) && !isThrottling(code)) throw error;
        await sleep(100 * 2 ** attempt, signal);
      }
    }
  }

  return {
    region,
    sleep: (ms) => sleep(ms, signal),
    json: async (service, operation, input) => {
      const { target, version } = JSON_SERVICES[service];
      const headers = {
        'content-type': `application/x-amz-json-${version}`,
        'x-amz-target': `${target}.${operation}`,
      };
      const text = await send(service, operation, headers, JSON.stringify(input));
      return text === '' ? {} : JSON.parse(text);
    },
    rest: async (service, operation, method, path, input, headers = {}) => {
      const body = input === undefined ? '' : JSON.stringify(input);
      const text = await send(service, operation, { 'content-type': 'application/json', ...headers }, body, {
        method,
        path,
      });
      return text === '' ? {} : JSON.parse(text);
    },
    s3: (operation, method, path, body = '') =>
      send('s3', operation, { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }, body, { method, path }),
    query: async (service, operation, input) => {
      const form = new URLSearchParams({ Action: operation, Version: QUERY_SERVICES[service], ...input });
      const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
      const answer = parseXml(await send(service, operation, headers, form.toString()));
      return xmlAt(answer, `${operation}Result`) ?? answer;
    },
  };
}

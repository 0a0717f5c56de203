import { AwsError } from '../error.ts';
import type { DebugLogger } from '../logger.ts';
import type { Service } from '../port.ts';
import type { AwsSettings, Credentials, Environment } from '../settings.ts';
import { credentialsFor, DEFAULT_SETTINGS, endpointFor, maxAttemptsFor, regionFor } from '../settings.ts';
import type { LeanTransport, TransportCall } from '../transport.ts';
import type { RequestHead } from './attempt.ts';
import { fetchContainerCredentials } from './credentials/container-credentials.ts';
import type { CredentialSource } from './credentials/credential-source.ts';
import { fixedCredentials } from './credentials/credential-source.ts';
import { refreshingCredentials } from './credentials/refreshing-credentials.ts';
import { awsEndpoint } from './endpoint.ts';
import type { Pool } from './http/pool.ts';
import { createPool } from './http/pool.ts';
import { callWithRetries } from './retry/call-with-retries.ts';
import type { RetryQuota } from './retry/retry-quota.ts';
import { createRetryQuota } from './retry/retry-quota.ts';
import type { LeanService } from './services/lean-service.ts';
import { loadLeanService } from './services/load-lean-service.ts';
import { createUserAgent } from './user-agent.ts';

/** What a test puts in the place of time, chance and the network's limits. */
export interface LeanRuntime {
  now(): number;
  random(): number;
  /** Rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Bytes of one response. Ten messages of 1 MiB in JSON with every character escaped come to 60 MiB; a page of DynamoDB is 1 MB.
   */
  readonly maxResponseBytes: number;
  /**
   * Milliseconds that a connection may lie idle. DynamoDB was seen to close after 60 s, SNS and SQS sooner (aws-sdk-java#1365,
   * aws-sdk-go-v2#3423); none says so. Servers that announce a shorter time in `keep-alive` are taken at their word.
   */
  readonly idleMs: number;
}

const LEAN_RUNTIME: LeanRuntime = {
  now: Date.now,
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted) onAbort();
    }),
  maxResponseBytes: 64 * 1024 * 1024,
  idleMs: 15_000,
};

/** What is settled about one service, once. */
export interface LeanClient {
  readonly service: Service;
  readonly protocol: LeanService;
  readonly pool: Pool;
  readonly quota: RetryQuota;
  readonly region: string;
  /** The `host` header. */
  readonly host: string;
  readonly path: string;
  /** The endpoint when it is not AWS's own. */
  readonly endpoint: string | undefined;
  /** The heads of the last requests, by operation. */
  readonly heads: Map<string, RequestHead>;
  /** Milliseconds to add to this machine's clock to get AWS's. */
  skewMs: number;
}

/** What is settled about all of them. */
export interface LeanContext {
  readonly runtime: LeanRuntime;
  readonly credentials: CredentialSource;
  readonly env: Environment;
  /** Whether this is a function's process: reading a variable of `process.env` costs as much as a hash. */
  readonly inLambda: boolean;
  readonly userAgent: (component: string | undefined) => string;
  readonly logger: DebugLogger | undefined;
  readonly maxAttempts: number;
  readonly requestTimeoutMs: number;
  readonly totalTimeoutMs: number;
}

/** Signed HTTP/1.1 on kept-alive sockets, for the operations of `operations.ts`. The settings must be covered (`covers.ts`). */
export function createLeanTransport(
  settings: AwsSettings,
  env: Environment,
  logger?: DebugLogger,
  runtime: LeanRuntime = LEAN_RUNTIME,
): LeanTransport {
  const clients = new Map<Service, LeanClient>();
  const loading = new Map<Service, Promise<LeanClient>>();
  const { requestTimeoutMs, totalTimeoutMs, connectTimeoutMs, maxSockets } = { ...DEFAULT_SETTINGS, ...settings };
  const context: LeanContext = {
    runtime,
    credentials: credentialSource(settings, env, runtime),
    env,
    inLambda: Boolean(env.AWS_LAMBDA_FUNCTION_NAME),
    userAgent: createUserAgent(env),
    logger,
    maxAttempts: maxAttemptsFor(settings, env),
    requestTimeoutMs,
    totalTimeoutMs,
  };

  const load = async (service: Service): Promise<LeanClient> => {
    const protocol = await loadLeanService(service);
    const region = regionFor(settings, env) ?? '';
    const endpoint = endpointFor(service, settings, env);
    const url = new URL(endpoint ?? awsEndpoint(service, region) ?? '');
    const tls = url.protocol === 'https:';
    const origin = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || (tls ? 443 : 80), tls };
    const { now, maxResponseBytes, idleMs } = runtime;
    const client: LeanClient = {
      service,
      protocol,
      pool: createPool(origin, { maxSockets, idleMs, connectTimeoutMs, maxResponseBytes, now }),
      quota: createRetryQuota(),
      region,
      host: url.host,
      // AWS's JSON and Query protocols post to the root; an endpoint may put a path before it.
      path: url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`,
      endpoint,
      heads: new Map(),
      skewMs: 0,
    };
    clients.set(service, client);
    return client;
  };

  const clientOf = (service: Service): Promise<LeanClient> => {
    const loaded = loading.get(service) ?? load(service);
    loading.set(service, loaded);
    return loaded;
  };

  return {
    credentials: () => context.credentials.get(),
    takeCounts: () => [...clients.values()].map(({ service, pool }) => ({ name: service, ...pool.takeCounts() })),
    send: (call: TransportCall) => {
      const client = clients.get(call.service);
      if (client) return callWithRetries(context, client, call);
      return clientOf(call.service).then((loaded) => callWithRetries(context, loaded, call));
    },
    resume: () => {
      for (const { pool } of clients.values()) pool.dropIdle();
    },
    close: () => {
      for (const { pool } of clients.values()) pool.close();
    },
  };
}

function credentialSource(settings: AwsSettings, env: Environment, runtime: LeanRuntime): CredentialSource {
  const given = credentialsFor(settings, env);
  if (typeof given === 'object') return fixedCredentials(checked(given));
  const fetch = given ?? (() => fetchContainerCredentials(env, runtime.sleep));
  return refreshingCredentials(async () => checked(await fetch()), runtime.now);
}

/** They go into headers, and the key's id into the signature's scope: a line break, as files and shells leave it, would end one. */
function checked(credentials: Credentials): Credentials {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = credentials ?? {};
  const isVisible = (part: unknown) => typeof part === 'string' && /^[\x21-\x7e]*$/.test(part);
  const sound = [accessKeyId, secretAccessKey, sessionToken].every(isVisible);
  if (sound && /^[^/,]+$/.test(accessKeyId) && secretAccessKey !== '') return credentials;
  throw new AwsError(
    'Cannot sign calls to AWS: the credentials are incomplete or have a character that keys never have, such as a line break',
    { awsCode: 'CredentialsProviderError', service: 'credentials', operation: 'Sign', retryable: false },
  );
}

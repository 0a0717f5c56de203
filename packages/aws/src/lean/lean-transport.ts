import { systemClock } from '@twelvefold/core';
import { builtin } from '@twelvefold/core/internal';
import { AwsError } from '../error.ts';
import type { DebugLogger } from '../logger.ts';
import type { AwsService } from '../services/aws-service.ts';
import type { AwsSettings, Credentials, Environment } from '../settings.ts';
import { credentialsFor, DEFAULT_SETTINGS, endpointFor, maxAttemptsFor, regionFor } from '../settings.ts';
import type { LeanTransport, TransportCall } from '../transport.ts';
import { fetchContainerCredentials } from './credentials/container-credentials.ts';
import type { CredentialSource } from './credentials/credential-source.ts';
import { fixedCredentials } from './credentials/credential-source.ts';
import { refreshingCredentials } from './credentials/refreshing-credentials.ts';
import { awsEndpoint } from './endpoint.ts';
import { createPool } from './http/pool.ts';
import type { LeanClient, LeanContext, LeanRuntime } from './lean-client.ts';
import { callWithRetries } from './retry/call-with-retries.ts';
import { createRetryQuota } from './retry/retry-quota.ts';

const LEAN_RUNTIME: LeanRuntime = {
  now: Date.now,
  random: Math.random,
  sleep: systemClock.sleep,
  maxResponseBytes: 64 * 1024 * 1024,
  idleMs: 15_000,
};

/**
 * Signed HTTP/1.1 on kept-alive sockets, for the operations of each service. The settings must be
 * covered (`covers.ts`).
 */
export function createLeanTransport(
  settings: AwsSettings,
  env: Environment,
  logger?: DebugLogger,
  runtime: LeanRuntime = LEAN_RUNTIME,
): LeanTransport {
  const clients = new Map<string, LeanClient>();
  const { requestTimeoutMs, totalTimeoutMs, connectTimeoutMs, maxSockets } = { ...DEFAULT_SETTINGS, ...settings };
  const context: LeanContext = {
    runtime,
    credentials: credentialSource(settings, env, runtime),
    env,
    mayHaveTrace: Boolean(env.AWS_LAMBDA_FUNCTION_NAME),
    userAgent: createUserAgent(env),
    logger,
    maxAttempts: maxAttemptsFor(settings, env),
    requestTimeoutMs,
    totalTimeoutMs,
  };

  const open = (service: AwsService): LeanClient => {
    const region = regionFor(settings, env) ?? '';
    const endpoint = endpointFor(service, settings, env);
    const url = new URL(endpoint ?? awsEndpoint(service.name, region) ?? '');
    const tls = url.protocol === 'https:';
    const origin = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || (tls ? 443 : 80), tls };
    const { now, maxResponseBytes, idleMs } = runtime;
    const client: LeanClient = {
      service,
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
    clients.set(service.name, client);
    return client;
  };

  return {
    credentials: () => context.credentials.get(),
    takeCounts: () => [...clients.values()].map(({ service, pool }) => ({ name: service.name, ...pool.takeCounts() })),
    send: (call: TransportCall) => callWithRetries(context, clients.get(call.service.name) ?? open(call.service), call),
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

/**
 * They go into headers, and the key's id into the signature's scope: a line break, as files and
 * shells leave it, would end one.
 */
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

/** This package's version; a test holds it against package.json. */
const VERSION = '0.1.0';

const token = (text: string) => text.replaceAll(/[^A-Za-z0-9._-]/g, '_');

/** More components than an app has. */
const MAX_COMPONENTS = 100;

/**
 * The `user-agent` header for a component's calls: product, language and the application id of
 * `AWS_SDK_UA_APP_ID`, in the form of the AWS SDKs, and `md/component#NAME`, which shows the
 * component in CloudTrail.
 */
function createUserAgent(env: Environment): (component: string | undefined) => string {
  const node = builtin('node:process').versions.node;
  const app = env.AWS_SDK_UA_APP_ID ? ` app/${token(env.AWS_SDK_UA_APP_ID).slice(0, 50)}` : '';
  const base = `twelvefold/${VERSION} ua/2.1 lang/js md/nodejs#${node}${app}`;
  const known = new Map<string, string>();
  return (component) => {
    if (component === undefined) return base;
    const before = known.get(component);
    if (before !== undefined) return before;
    const agent = `${base} md/component#${token(component)}`;
    if (known.size < MAX_COMPONENTS) known.set(component, agent);
    return agent;
  };
}

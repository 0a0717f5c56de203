import { builtin } from '@twelvefold/core/internal';
import { AwsError } from '../../error.ts';
import type { Credentials, Environment } from '../../settings.ts';
import { createPool } from '../http/pool.ts';

/**
 * Where ECS and Fargate answer, and the hosts that may be asked without TLS (AWS SDKs and Tools
 * guide, container credentials).
 */
const ECS_HOST = '169.254.170.2';
const PLAIN_HOSTS = new Set([ECS_HOST, '169.254.170.23', '[fd00:ec2::23]', 'localhost', '[::1]']);
/** An answer on the same machine takes milliseconds; the SDK waits one second as well. */
const TIMEOUT_MS = 1_000;
const ATTEMPTS = 3;
const MAX_BYTES = 64 * 1024;

/** Whether the environment names a container's credential endpoint. */
export const hasContainerCredentials = (env: Environment): boolean =>
  Boolean(env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI || env.AWS_CONTAINER_CREDENTIALS_FULL_URI);

/**
 * Fetches the credentials of a task role or a pod identity. Rejects with an {@link AwsError} that
 * says what was wrong.
 */
export async function fetchContainerCredentials(
  env: Environment,
  sleep: (ms: number) => Promise<void>,
): Promise<Credentials> {
  const url = endpointOf(env);
  let failure: unknown;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (attempt > 1) await sleep(100 * 2 ** attempt);
    try {
      return await fetchOnce(url, env);
    } catch (error) {
      failure = error;
      if (AwsError.isInstance(error) && !error.retryable) throw error;
    }
  }
  if (AwsError.isInstance(failure)) throw failure;
  const reason = failure instanceof Error ? failure.message : String(failure);
  throw credentialsError(`${url.origin} did not answer: ${reason}`, true, failure);
}

async function fetchOnce(url: URL, env: Environment): Promise<Credentials> {
  const token = tokenOf(env);
  const tls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const origin = { host, port: Number(url.port) || (tls ? 443 : 80), tls };
  const options = {
    maxSockets: 1,
    idleMs: 0,
    connectTimeoutMs: TIMEOUT_MS,
    maxResponseBytes: MAX_BYTES,
    now: Date.now,
  };
  const pool = createPool(origin, options);
  try {
    const authorization = token === undefined ? '' : `authorization: ${token}\r\n`;
    const head = `GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\naccept: application/json\r\n${authorization}connection: close\r\n\r\n`;
    const { status, text } = await pool.exchange({ request: head, firstByteMs: TIMEOUT_MS, bodyMs: TIMEOUT_MS });
    if (status !== 200) throw credentialsError(`${url.origin} answered ${status}`, status >= 500 || status === 429);
    return parse(text, url);
  } finally {
    pool.close();
  }
}

function endpointOf(env: Environment): URL {
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative, AWS_CONTAINER_CREDENTIALS_FULL_URI: full = '' } = env;
  // Anything before the path would become a part of the host.
  if (relative && !relative.startsWith('/')) {
    throw credentialsError("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with '/'", false);
  }
  const text = relative ? `http://${ECS_HOST}${relative}` : full;
  if (!URL.canParse(text)) throw credentialsError('AWS_CONTAINER_CREDENTIALS_FULL_URI is not a URL', false);
  const url = new URL(text);
  const plain =
    url.protocol === 'http:' && (PLAIN_HOSTS.has(url.hostname) || /^127(?:\.\d{1,3}){3}$/.test(url.hostname));
  if (url.protocol === 'https:' || plain) return url;
  throw credentialsError(
    `the host of AWS_CONTAINER_CREDENTIALS_FULL_URI is not trusted without TLS (${url.hostname}); use https or a loopback address`,
    false,
  );
}

/** The file is read each time: EKS rotates it. */
function tokenOf(env: Environment): string | undefined {
  const file = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  let token: string | undefined;
  try {
    token = file ? builtin('node:fs').readFileSync(file, 'utf8').trim() : env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  } catch (cause) {
    throw credentialsError('the file of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read', false, cause);
  }
  // A line break would begin another header.
  if (token && /[^\x20-\x7e]/.test(token)) {
    throw credentialsError('the authorization token has characters other than visible ASCII', false);
  }
  return token || undefined;
}

function parse(text: string, url: URL): Credentials {
  let answer: { AccessKeyId?: unknown; SecretAccessKey?: unknown; Token?: unknown; Expiration?: unknown };
  try {
    answer = JSON.parse(text);
  } catch {
    throw credentialsError(`${url.origin} answered no JSON`, true);
  }
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken, Expiration } = answer;
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') {
    throw credentialsError(`${url.origin} answered without AccessKeyId and SecretAccessKey`, true);
  }
  const expiration = typeof Expiration === 'string' ? new Date(Expiration) : undefined;
  return {
    accessKeyId,
    secretAccessKey,
    ...(typeof sessionToken === 'string' ? { sessionToken } : {}),
    ...(expiration && !Number.isNaN(expiration.getTime()) ? { expiration } : {}),
  };
}

function credentialsError(reason: string, retryable: boolean, cause?: unknown): AwsError {
  return new AwsError(
    `Cannot get the container's credentials: ${reason}`,
    { awsCode: 'CredentialsProviderError', service: 'container', operation: 'GetCredentials', retryable },
    cause === undefined ? undefined : { cause },
  );
}

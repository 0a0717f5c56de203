import type { Service } from './operations/aws-operations.ts';
import type { AwsService } from './services/aws-service.ts';

/** The environment, as a plain record. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** When they end. Without it they are kept for the life of the process. */
  expiration?: Date;
}

/** `lean` signs and sends itself; `sdk` goes through the official AWS SDK. */
export type TransportName = 'lean' | 'sdk';

/** Settings for reaching AWS. No other package decides any of them. */
export interface AwsSettings {
  /**
   * @defaultValue `AWS_REGION`, then `AWS_DEFAULT_REGION`, then the SDK's shared config file;
   * without all of them, a call fails.
   */
  region?: string;
  /**
   * One endpoint for every service. @defaultValue `AWS_ENDPOINT_URL_<SERVICE>`, then
   * `AWS_ENDPOINT_URL`, then AWS itself.
   */
  endpoint?: string;
  /**
   * @defaultValue those of `env`, else the SDK's own chain: environment, shared files, container,
   * instance.
   */
  credentials?: Credentials | (() => Promise<Credentials>);
  /**
   * How calls are made, for all services or for each. What the lean transport does not cover goes
   * through the SDK in any case.
   *
   * @defaultValue `TWELVEFOLD_TRANSPORT`, else `lean`
   */
  transport?: TransportName | Partial<Record<Service, TransportName>>;
  /**
   * Tries per call, the first included, in the SDK's standard retry mode. @defaultValue
   * `AWS_MAX_ATTEMPTS`, else 3
   */
  maxAttempts?: number;
  /** Milliseconds to get a connection. @defaultValue 2000 */
  connectTimeoutMs?: number;
  /**
   * Milliseconds until one attempt's answer begins; a long poll's own wait is added to it.
   * @defaultValue 3000
   */
  requestTimeoutMs?: number;
  /**
   * Milliseconds for a call with all of its attempts, a long poll's wait added. The SDK has no such
   * bound. @defaultValue 20000
   */
  totalTimeoutMs?: number;
  /** Connections per service; calls beyond them wait. @defaultValue 50 */
  maxSockets?: number;
}

export const DEFAULT_SETTINGS = {
  maxAttempts: 3,
  connectTimeoutMs: 2_000,
  requestTimeoutMs: 3_000,
  totalTimeoutMs: 20_000,
  maxSockets: 50,
};

/** The endpoint for `service`, or `undefined` for AWS itself. */
export function endpointFor(service: AwsService, settings: AwsSettings, env: Environment): string | undefined {
  if (settings.endpoint !== undefined) return settings.endpoint;
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true') return undefined;
  return env[service.endpointVariable] || env.AWS_ENDPOINT_URL || undefined;
}

/** The region, or `undefined` to leave it to the SDK's shared config file. */
export function regionFor(settings: AwsSettings, env: Environment): string | undefined {
  return settings.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined);
}

/** The credentials given, else those in `env`; `undefined` to leave it to the SDK's own chain. */
export function credentialsFor(settings: AwsSettings, env: Environment): AwsSettings['credentials'] {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (settings.credentials || !accessKeyId || !secretAccessKey) return settings.credentials;
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** Tries per call: what was given, else `AWS_MAX_ATTEMPTS` where it is a whole number from 1. */
export function maxAttemptsFor(settings: AwsSettings, env: Environment): number {
  const fromEnv = Number(env.AWS_MAX_ATTEMPTS || Number.NaN);
  return settings.maxAttempts ?? (Number.isInteger(fromEnv) && fromEnv > 0 ? fromEnv : DEFAULT_SETTINGS.maxAttempts);
}

/**
 * The region becomes a part of a host and of each signature's scope: nothing that could end either.
 */
export function isRegionName(region: string): boolean {
  return /^[a-z\d-]{1,63}$/i.test(region);
}

/** Host and path go into each request; anything else in the URL would be left out in silence. */
export function isUsableEndpoint(endpoint: string): boolean {
  if (/\s/.test(endpoint) || !URL.canParse(endpoint)) return false;
  const { protocol, username, password, search, hash } = new URL(endpoint);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}

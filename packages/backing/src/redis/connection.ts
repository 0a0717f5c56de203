import type { AwsPort } from '@twelvefold/aws';
import { createAuthTokens } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import { after } from '@twelvefold/core/internal';
import type { RedisClient } from './redis-client.ts';
import type { RedisTarget } from './redis-url.ts';

export interface ConnectOptions {
  /** As {@link parseRedisUrl} reads it. */
  url: string;
  /**
   * Asked for each new connection, so that a rotated one is used. @defaultValue that of the URL,
   * or none
   */
  password?: (() => string | Promise<string>) | undefined;
  /** Signs tokens for a URL with `iam`. */
  identity?: Pick<AwsPort, 'region' | 'credentials'> | undefined;
  /** A certificate authority in PEM, to be trusted in place of Node's own. */
  ca?: string | undefined;
  /** To connect. @defaultValue 2,000 */
  connectTimeoutMs?: number;
  clock: Clock;
  /** 0 to below 1, for the jitter of reconnects. */
  random: () => number;
}

/** A client that connects again by itself. */
export interface RedisConnection extends RedisClient {
  /** Put before every key. */
  readonly prefix: string;
  /** Rejects with the reason while there is no connection. */
  check(): Promise<void>;
  /** Gives the connection up, since it may be dead, and connects again. */
  reconnect(): void;
  stop(): Promise<void>;
}

/** A user and password. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/**
 * ElastiCache closes a connection that logged in by IAM after 12 h, unless it logs in again (user
 * guide, "Authenticating with IAM"). Half of that, since a timer stops while a Lambda environment
 * is frozen.
 */
const LOGIN_AGAIN_MS = 6 * 60 * 60 * 1_000;
const TRY_AGAIN_MS = 60_000;

/**
 * The function that gives the login of a new connection; `undefined` for a server without one.
 *
 * @throws TypeError for IAM without an identity that signs.
 */
export function loginOf(target: RedisTarget, options: ConnectOptions): (() => Promise<Login>) | undefined {
  const { iam, user = 'default' } = target;
  if (iam) {
    const { identity, clock } = options;
    if (!identity) throw new TypeError('Cannot log in to the cache by IAM: there are no credentials to sign with');
    const authToken = createAuthTokens(identity, () => clock.now());
    return async () => {
      const { token } = await authToken({ service: 'elasticache', user, ...iam });
      return { username: user, password: token };
    };
  }
  const { password = target.password === undefined ? undefined : () => target.password ?? '' } = options;
  return password && (async () => ({ username: user, password: await password() }));
}

/** Logs in again every 6 h, and after a failure every minute. The returned function ends it. */
export function keepLoggedIn(clock: Clock, logIn: () => Promise<void>): () => void {
  let cancel = () => {};
  let stopped = false;
  const plan = (ms: number) => {
    if (stopped) return;
    cancel = after(clock, ms, () => {
      logIn().then(
        () => plan(LOGIN_AGAIN_MS),
        () => plan(TRY_AGAIN_MS),
      );
    });
  };
  plan(LOGIN_AGAIN_MS);
  return () => {
    stopped = true;
    cancel();
  };
}

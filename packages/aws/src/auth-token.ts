import type { AwsPort } from './create-aws.ts';
import { presign } from './lean/signing/presign.ts';
import type { Credentials } from './settings.ts';
import { isRegionName } from './settings.ts';

/** A database or a cache that takes a signed URL in place of a password. */
export type AuthTokenTarget = { readonly region?: string } & (
  | {
      /** RDS, Aurora or RDS Proxy; the role needs `rds-db:connect`. */
      readonly service: 'rds';
      /**
       * As the client connects to it: a CNAME does not work, since the signature covers the name.
       */
      readonly host: string;
      readonly port: number;
      /** The database user, which must have the role `rds_iam`. */
      readonly user: string;
    }
  | {
      /**
       * Aurora DSQL; the role needs `dsql:DbConnect`, or `dsql:DbConnectAdmin` for the user
       * `admin`.
       */
      readonly service: 'dsql';
      readonly host: string;
      /** @defaultValue false */
      readonly admin?: boolean;
    }
  | {
      /**
       * Valkey or Redis on ElastiCache; the role needs `elasticache:Connect` on the cache and on
       * the user.
       */
      readonly service: 'elasticache';
      /** The name of the serverless cache, or the id of the replication group. */
      readonly cache: string;
      /** The user id, which must equal the user name. */
      readonly user: string;
      /** @defaultValue false */
      readonly serverless?: boolean;
    }
);

/** A password that ends by itself. */
export interface AuthToken {
  readonly token: string;
  /** Until when new connections may use it; connections that are open outlive it. */
  readonly expiresAt: Date;
}

/**
 * The services' limit for a token (RDS user guide, "IAM database authentication"; ElastiCache user
 * guide, "Authenticating with IAM").
 */
const LIFE_SECONDS = 900;
/**
 * A token that is given out can be used for at least as long, unless its credentials end sooner.
 */
const MARGIN_MS = 60_000;
/** More databases and users than a process has. */
const MAX_CACHED = 100;

interface CachedToken extends AuthToken {
  readonly credentials: Credentials;
}

/**
 * Makes passwords for RDS, Aurora DSQL and ElastiCache by IAM, and reuses each within its life: RDS
 * throttles about 200 new tokens a
 * second, but not connections with the same token. AWS refuses a token once the credentials that
 * signed it have ended, so a token is
 * kept for one access key only, and expires with it. Nothing is sent.
 *
 * @throws TypeError for a target that cannot be signed, and as `aws.credentials()`; both reject.
 * @example
 * ```ts
 * const aws = createAws({ env: process.env });
 * const authToken = createAuthTokens(aws);
 * const target = { service: 'rds', host: 'orders.abc.eu-west-1.rds.amazonaws.com', port: 5432,
 * user: 'app' } as const;
 * const password = async () => (await authToken(target)).token; // e.g. pg's `password` option
 * ```
 */
export function createAuthTokens(
  aws: Pick<AwsPort, 'region' | 'credentials'>,
  now: () => number = Date.now,
): (target: AuthTokenTarget) => Promise<AuthToken> {
  const cached = new Map<string, CachedToken>();
  return async (target) => {
    const region = target.region ?? aws.region ?? '';
    const request = requestOf(target, region);
    const credentials = await aws.credentials();
    const nowMs = now();
    const id = JSON.stringify([region, request]);
    const known = cached.get(id);
    if (known && isSame(known.credentials, credentials) && known.expiresAt.getTime() - nowMs > MARGIN_MS) {
      return { token: known.token, expiresAt: known.expiresAt };
    }
    const date = `${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
    const token = presign({ ...request, region, credentials, date, expiresSeconds: LIFE_SECONDS });
    const credentialsEndMs = credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
    const expiresAt = new Date(Math.min(nowMs + LIFE_SECONDS * 1_000, credentialsEndMs));
    if (cached.size >= MAX_CACHED) cached.clear();
    cached.set(id, { token, expiresAt, credentials });
    return { token, expiresAt };
  };
}

const isSame = (one: Credentials, other: Credentials): boolean =>
  one.accessKeyId === other.accessKeyId && one.sessionToken === other.sessionToken;

/** @throws TypeError that names every fault at once. */
function requestOf(target: AuthTokenTarget, region: string) {
  const faults: string[] = [];
  const expect = (holds: boolean, fault: string) => void (holds || faults.push(fault));
  expect(isRegionName(region), "'region' is not the name of a region");
  const isHost = (host: unknown) => typeof host === 'string' && /^[a-z\d]([a-z\d.-]{0,251}[a-z\d])?$/i.test(host);
  const isUser = (user: unknown) => typeof user === 'string' && /^[^\p{Cc}\p{Cs}]{1,128}$/u.test(user);
  const request = { service: '', host: '', query: {} as Record<string, string> };
  switch (target.service) {
    case 'rds':
      expect(isHost(target.host), "'host' is not a host name");
      expect(Number.isInteger(target.port) && target.port > 0 && target.port < 65_536, "'port' is not from 1 to 65535");
      expect(isUser(target.user), "'user' is not a user name");
      request.service = 'rds-db';
      request.host = `${target.host}:${target.port}`;
      request.query = { Action: 'connect', DBUser: target.user };
      break;
    case 'dsql':
      expect(isHost(target.host), "'host' is not a host name");
      request.service = 'dsql';
      request.host = target.host;
      request.query = { Action: target.admin ? 'DbConnectAdmin' : 'DbConnect' };
      break;
    case 'elasticache':
      expect(isHost(target.cache) && !target.cache.includes('.'), "'cache' is not the name of a cache");
      expect(isUser(target.user), "'user' is not a user id");
      request.service = 'elasticache';
      request.host = target.cache.toLowerCase();
      request.query = {
        Action: 'connect',
        User: target.user,
        ...(target.serverless && { ResourceType: 'ServerlessCache' }),
      };
      break;
    default:
      faults.push("'service' is not 'rds', 'dsql' or 'elasticache'");
  }
  if (faults.length > 0) throw new TypeError(`Cannot sign an authentication token: ${faults.join('; ')}`);
  return request;
}

import type { Credentials } from '../../settings.ts';
import type { CredentialSource } from './credential-source.ts';

/**
 * Time left at which new credentials are fetched: what every AWS SDK uses; containers get new ones
 * earlier than that.
 */
const REFRESH_BEFORE_MS = 5 * 60_000;
/** After a refresh that failed, how long the old credentials are used without asking again. */
const RETRY_AFTER_MS = 5_000;

/**
 * Credentials that are fetched, kept until shortly before they expire and fetched once for all who
 * wait. While fetching fails the old ones are used for as long as they last.
 */
export function refreshingCredentials(fetch: () => Promise<Credentials>, now: () => number): CredentialSource {
  let current: Credentials | undefined;
  let fetching: Promise<Credentials> | undefined;
  let notBeforeMs = 0;

  const leftMs = (): number => {
    if (!current) return 0;
    return current.expiration === undefined ? Number.POSITIVE_INFINITY : current.expiration.getTime() - now();
  };

  const refresh = async (): Promise<Credentials> => {
    try {
      current = await fetch();
      return current;
    } catch (error) {
      notBeforeMs = now() + RETRY_AFTER_MS;
      if (current && leftMs() > 0) return current;
      throw error;
    } finally {
      fetching = undefined;
    }
  };

  return {
    get: () => {
      const left = leftMs();
      if (current && (left > REFRESH_BEFORE_MS || (left > 0 && now() < notBeforeMs))) return current;
      fetching ??= refresh();
      return fetching;
    },
    expired: (credentials) => {
      if (current?.accessKeyId === credentials.accessKeyId && current.sessionToken === credentials.sessionToken) {
        current = undefined;
      }
      return true;
    },
  };
}

import type { Credentials } from '../../settings.ts';

/** Gives credentials for the next request. */
export interface CredentialSource {
  get(): Promise<Credentials> | Credentials;
  /**
   * AWS called these expired: the next `get` fetches anew. False when there is nothing to fetch.
   */
  expired(credentials: Credentials): boolean;
}

/** Credentials that never change. */
export const fixedCredentials = (credentials: Credentials): CredentialSource => ({
  get: () => credentials,
  expired: () => false,
});

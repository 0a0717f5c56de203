import { randomUUID } from 'node:crypto';
import type { Secret } from 'twelvefold';

/** Tells the processes, environments and workers apart that a component runs in. */
export const INSTANCE = randomUUID();

interface Vault {
  readonly vault: { readonly token: Secret<string> };
}

interface KnockContext {
  readonly config: Vault;
  readonly signal: AbortSignal;
  credentialsRefused(): Promise<Vault | undefined>;
}

/**
 * Asks a service that wants the secret; once more, with a newer one, when it does not take it any
 * more.
 */
export async function knock({ config, signal, credentialsRefused }: KnockContext, at: string) {
  const ask = ({ vault }: Vault) =>
    fetch(at, { headers: { authorization: `Bearer ${vault.token.reveal()}`, connection: 'close' }, signal });
  const first = await ask(config);
  if (first.status !== 401) return { opened: first.ok, knocks: 1 };
  const fresh = await credentialsRefused();
  return { opened: fresh !== undefined && (await ask(fresh)).ok, knocks: 2 };
}

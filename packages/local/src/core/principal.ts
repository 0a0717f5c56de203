import type { World } from './stores.ts';
import { storeKey } from './stores.ts';

/** Who a caller is to IAM. */
export interface Principal {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}

/** What STS has handed out: temporary keys and who they make of their user. */
export interface Session extends Principal {
  readonly sessionToken: string;
  readonly expiresMs: number;
}

/** By access key id, in the account's store of {@link SESSION_REGION}. */
export const sessions = storeKey('sts sessions', () => new Map<string, Session>());

/** Keys of STS are good in every region. */
export const SESSION_REGION = 'aws-global';

/** Twelve digits as an access key id are an account. */
const ACCOUNT = /^\d{12}$/;

/** Stands before the account in the access key id of a call without a signature, and is that call's user. */
export const ANONYMOUS = 'anonymous';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function toLetters(value: bigint): string {
  return Array.from({ length: 8 }, (_, index) => LETTERS[Number((value >> BigInt(35 - index * 5)) & 31n)]).join('');
}

/** The account that {@link makeAccessKeyId} wrote into a key; undefined for a key that it did not make. */
function accountInKey(accessKeyId: string): string | undefined {
  const letters = /^ASIA([A-Z2-7]{8})[A-Z2-7]{8}$/.exec(accessKeyId)?.[1];
  if (letters === undefined) return undefined;
  const account = [...letters].reduce((value, letter) => (value << 5n) | BigInt(LETTERS.indexOf(letter)), 0n);
  return account <= 999_999_999_999n ? account.toString().padStart(12, '0') : undefined;
}

/** A temporary access key id that tells its account, as those of AWS do; `random` is eight letters of A-Z and 2-7. */
export const makeAccessKeyId = (account: string, random: string) => `ASIA${toLetters(BigInt(account))}${random}`;

/**
 * The principal behind an access key: the session that STS made it for, else the root of an account, for any key is welcome here.
 * `expired` for a session past its time, `invalid` for its key with another token.
 */
export function readPrincipal(
  world: World,
  { accessKeyId, sessionToken }: { readonly accessKeyId: string; readonly sessionToken: string | undefined },
  defaultAccount: string,
  nowMs: number,
): Principal | 'expired' | 'invalid' {
  const encoded = accountInKey(accessKeyId);
  const session =
    encoded === undefined ? undefined : world.stores(encoded, SESSION_REGION).get(sessions).get(accessKeyId);
  if (session !== undefined) {
    if (session.sessionToken !== sessionToken) return 'invalid';
    return session.expiresMs <= nowMs ? 'expired' : session;
  }
  if (accessKeyId === ANONYMOUS) return { account: defaultAccount, arn: '', userId: ANONYMOUS };
  const [, visited] = new RegExp(`^${ANONYMOUS}:(\\d{12})$`).exec(accessKeyId) ?? [];
  if (visited !== undefined) return { account: visited, arn: '', userId: ANONYMOUS };
  const account = ACCOUNT.test(accessKeyId) ? accessKeyId : defaultAccount;
  return { account, arn: `arn:aws:iam::${account}:root`, userId: account };
}

import { randomBytes } from 'node:crypto';
import type { Principal } from '../../core/principal.ts';
import { makeAccessKeyId, SESSION_REGION, sessions } from '../../core/principal.ts';
import type { CallContext } from '../../core/service.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const randomLetters = (count: number) => [...randomBytes(count)].map((byte) => LETTERS[byte % 32]).join('');

/** Temporary keys of `principal`: calls with them are its calls until `seconds` have passed on the clock. */
export function issueCredentials(principal: Principal, seconds: number, { storesOf, clock }: CallContext) {
  const accessKeyId = makeAccessKeyId(principal.account, randomLetters(8));
  const sessionToken = randomBytes(192).toString('base64');
  // Whole seconds: what the caller is told is when it ends.
  const expiresMs = Math.floor(clock.now() / 1000 + seconds) * 1000;
  storesOf(principal.account, SESSION_REGION)
    .get(sessions)
    .set(accessKeyId, { ...principal, sessionToken, expiresMs });
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: randomBytes(30).toString('base64'),
    SessionToken: sessionToken,
    Expiration: new Date(expiresMs).toISOString().replace('.000Z', 'Z'),
  };
}

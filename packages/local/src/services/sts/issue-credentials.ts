import { createHash, randomBytes } from 'node:crypto';
import { randomLetters } from '../../core/base32.ts';
import type { Principal } from '../../core/caller.ts';
import { makeAccessKeyId, SESSION_REGION, sessions } from '../../core/caller.ts';
import type { CallContext } from '../../core/service.ts';

/** A role's id is not its name: the same for every session of it. */
export const roleId = (arn: string) =>
  `AROA${BigInt(`0x${createHash('sha256').update(arn).digest('hex')}`)
    .toString(32)
    .toUpperCase()
    .slice(0, 17)}`;

/** AWS renews the keys of its functions and tasks; here they last as long as any of them runs. */
export const SERVICE_SECONDS = 315_360_000;

/**
 * Temporary keys of `principal`: calls with them are its calls until `seconds` have passed on the
 * clock.
 */
export function issueCredentials(
  principal: Principal & { readonly transitiveTags?: readonly string[] },
  seconds: number,
  { storesOf, clock }: Pick<CallContext, 'storesOf' | 'clock'>,
) {
  const accessKeyId = makeAccessKeyId(principal.account, randomLetters(8));
  const sessionToken = randomBytes(192).toString('base64');
  // Whole seconds, as the answer shows them.
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

/** Keys of a session of a role, which a service of AWS has assumed for what it runs. */
export function serviceCredentials(roleArn: string, session: string, context: Pick<CallContext, 'storesOf' | 'clock'>) {
  const [, partition, , , account = ''] = roleArn.split(':');
  const principal = {
    account,
    arn: `arn:${partition}:sts::${account}:assumed-role/${roleArn.split('/').at(-1)}/${session}`,
    userId: `${roleId(roleArn)}:${session}`,
    session: { roleArn, policies: [], tags: {}, issuedMs: context.clock.now() },
  };
  return issueCredentials(principal, SERVICE_SECONDS, context);
}

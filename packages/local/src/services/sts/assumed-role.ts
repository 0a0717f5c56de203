import { createHash } from 'node:crypto';
import { constraint, requireString } from '../../core/input.ts';
import type { Principal } from '../../core/principal.ts';
import { ServiceError } from '../../core/service-error.ts';
import { readMember } from './read-member.ts';

/** A role's id is not its name: the same for every session of it. */
const roleId = (arn: string) =>
  `AROA${BigInt(`0x${createHash('sha256').update(arn).digest('hex')}`)
    .toString(32)
    .toUpperCase()
    .slice(0, 17)}`;

/** The role of a call's `RoleArn`, as the principal that the session called `RoleSessionName` is. No role need exist: there is no IAM here. */
export function readAssumedRole(input: Record<string, unknown>): Principal & { readonly roleArn: string } {
  return readMember(() => {
    const roleArn = requireString(input, 'RoleArn', { min: 20, max: 2048 });
    const session = requireString(input, 'RoleSessionName', { min: 2, max: 64 });
    if (!/^[\w+=,.@-]*$/.test(session)) {
      throw constraint('RoleSessionName', 'satisfy regular expression pattern: [\\w+=,.@-]*');
    }
    const [, partition, account, name] =
      /^arn:(aws[a-z-]*):iam::(\d{12}):role\/(?:[!-~]*\/)?([\w+=,.@-]{1,64})$/.exec(roleArn) ?? [];
    if (account === undefined) throw new ServiceError('ValidationError', `${roleArn} is invalid`);
    return {
      roleArn,
      account,
      // A role's path is not in the session's ARN.
      arn: `arn:${partition}:sts::${account}:assumed-role/${name}/${session}`,
      userId: `${roleId(roleArn)}:${session}`,
    };
  });
}

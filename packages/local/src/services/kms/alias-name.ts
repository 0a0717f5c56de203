import { constraint, requireString } from '../../core/input.ts';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { isAwsManaged } from './aws-managed-key.ts';

export const aliasArn = (name: string, { account, region }: Pick<CallContext, 'account' | 'region'>) =>
  `arn:aws:kms:${region}:${account}:${name}`;

/** The `AliasName` of a call that changes it. @throws ServiceError `InvalidAliasNameException`, `NotAuthorizedException` for `alias/aws/` */
export function readAliasName(input: Record<string, unknown>, context: CallContext): string {
  const name = requireString(input, 'AliasName', { min: 1, max: 256 });
  context.touches(aliasArn(name, context));
  if (!/^[a-zA-Z0-9:/_-]+$/.test(name)) {
    throw constraint('AliasName', 'satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$');
  }
  if (!name.startsWith('alias/') || name === 'alias/') {
    throw new ServiceError(
      'InvalidAliasNameException',
      'Invalid identifier: an alias begins with "alias/" and a name follows',
    );
  }
  if (name.includes(':'))
    throw new ServiceError('InvalidAliasNameException', `${name} contains invalid characters for an alias`);
  if (isAwsManaged(name)) throw new ServiceError('NotAuthorizedException', '');
  return name;
}

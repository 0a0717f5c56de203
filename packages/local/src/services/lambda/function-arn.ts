import { partitionOf } from '../../core/partition.ts';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';

/** Name, `account:function:name` or ARN, each with or without a version or alias. */
const FUNCTION =
  /^(?:arn:aws[\w-]*:lambda:([a-z0-9-]+):)?(?:(\d{12}):)?(?:function:)?([\w-]{1,64})(?::(\$LATEST|[\w-]{1,128}))?$/;

/**
 * The ARN of the function that a call names, without version and alias.
 *
 * @throws ServiceError `ValidationException`
 */
export function readFunctionArn(name: string, { region, account }: CallContext): string {
  let decoded = '';
  try {
    decoded = decodeURIComponent(name);
  } catch {
    // refused below, as a name that is none
  }
  const [, inRegion = region, inAccount = account, plain] = FUNCTION.exec(decoded) ?? [];
  if (plain === undefined) {
    throw new ServiceError(
      'ValidationException',
      "1 validation error detected: Value at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern",
    );
  }
  return `arn:${partitionOf(inRegion)}:lambda:${inRegion}:${inAccount}:function:${plain}`;
}

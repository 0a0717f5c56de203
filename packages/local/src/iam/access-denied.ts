import { ServiceError } from '../core/service-error.ts';
import type { Decision } from './evaluate.ts';

/** How a service writes its actions in these messages, where it is not as in policies. */
const WRITTEN: Readonly<Record<string, (action: string) => string>> = {
  sns: (action) => action.replace(/^sns:/, 'SNS:'),
  sqs: (action) => action.toLowerCase(),
};

/**
 * The text of "Troubleshoot access denied error messages" (IAM User Guide). Services that word it
 * otherwise are not known here.
 */
function messageOf(
  user: string,
  action: string,
  resource: string,
  { isExplicit, policyType }: Extract<Decision, { allowed: false }>,
): string {
  // STS tells a caller without keys neither the role nor the reason (aws-sdk-net issue 1522).
  if (action === 'sts:AssumeRoleWithWebIdentity') return `Not authorized to perform ${action}`;
  const written = WRITTEN[action.split(':', 1)[0] ?? '']?.(action) ?? action;
  const isTrust = policyType === 'resource-based policy' && action.startsWith('sts:');
  const policy = isTrust ? 'role trust policy' : policyType;
  const article = /^[aeiou]/.test(policy) ? 'an' : 'a';
  const reason = isExplicit
    ? `with an explicit deny in ${isTrust ? 'the' : article} ${policy}`
    : `because no ${policy} allows the ${written} action`;
  const on = action.startsWith('s3:') ? `"${resource}"` : resource;
  return `User: ${user} is not authorized to perform: ${written} on resource: ${on} ${reason}`;
}

const json = (message: string) =>
  new ServiceError('AccessDeniedException', message, { fields: { Message: message }, isDenied: true });

/** By signing name, where the answer is not that of JSON: 400, with `Message`. */
const FORMS: Readonly<Record<string, (message: string) => ServiceError>> = {
  cloudformation: (message) => new ServiceError('AccessDenied', message, { status: 403, isDenied: true }),
  iam: (message) => new ServiceError('AccessDenied', message, { status: 403, isDenied: true }),
  lambda: (message) => new ServiceError('AccessDeniedException', message, { status: 403, isDenied: true }),
  monitoring: (message) => new ServiceError('AccessDenied', message, { status: 403, isDenied: true }),
  s3: (message) => new ServiceError('AccessDenied', message, { status: 403, isDenied: true }),
  scheduler: (message) => new ServiceError('AccessDeniedException', message, { status: 403, isDenied: true }),
  sns: (message) =>
    new ServiceError('AuthorizationErrorException', message, {
      queryCode: 'AuthorizationError',
      status: 403,
      isDenied: true,
    }),
  sqs: (message) =>
    new ServiceError('AccessDeniedException', message, { queryCode: 'AccessDenied', status: 403, isDenied: true }),
  sts: (message) => new ServiceError('AccessDenied', message, { status: 403, isDenied: true }),
};

/** The refusal as the service `service` sends it. */
export function accessDenied(
  service: string,
  user: string,
  action: string,
  resource: string,
  decision: Extract<Decision, { allowed: false }>,
): ServiceError {
  const message = messageOf(user, action, resource, decision);
  return (Object.hasOwn(FORMS, service) ? FORMS[service]?.(message) : undefined) ?? json(message);
}

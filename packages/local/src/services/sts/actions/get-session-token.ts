import { readInteger } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { issueCredentials } from '../issue-credentials.ts';
import { readMember } from '../read-member.ts';

/** From the API reference of GetSessionToken: the longest for the root of an account, and its default. */
const ROOT_SECONDS = 3600;

export const getSessionToken: Action = (input, context) => {
  if (context.accessKeyId.startsWith('ASIA')) {
    throw new ServiceError('AccessDenied', 'Cannot call GetSessionToken with session credentials', { status: 403 });
  }
  const asked = readMember(() => readInteger(input, 'DurationSeconds', { min: 900, max: 129_600 }));
  // Longer sessions of a root are cut to an hour, not refused.
  const seconds = Math.min(asked ?? ROOT_SECONDS, ROOT_SECONDS);
  return { Credentials: issueCredentials(context.principal, seconds, context) };
};

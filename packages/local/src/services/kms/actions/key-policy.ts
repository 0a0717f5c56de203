import { readString, requireString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { checkPolicy } from '../check-policy.ts';
import { managedKey } from '../find-key.ts';
import { checkNotDeleted } from '../key-state.ts';

/** The only policy name there is. */
const NAME = 'default';

function checkName(input: Record<string, unknown>): void {
  const name = readString(input, 'PolicyName', { min: 1, max: 128 }) ?? NAME;
  if (name !== NAME) throw new ServiceError('NotFoundException', `No such policy exists: ${name}`);
}

export const getKeyPolicy: Action = (input, context) => {
  const key = managedKey(input, context, 'read');
  checkName(input);
  return { Policy: key.policy, PolicyName: NAME };
};

/** Keeps the policy and enforces nothing. */
export const putKeyPolicy: Action = (input, context) => {
  const key = managedKey(input, context, 'change');
  checkName(input);
  const policy = checkPolicy(requireString(input, 'Policy', { min: 1, max: 131_072 }));
  checkNotDeleted(key);
  key.policy = policy;
  return {};
};

export const listKeyPolicies: Action = (input, context) => {
  managedKey(input, context, 'read');
  return { PolicyNames: [NAME], Truncated: false };
};

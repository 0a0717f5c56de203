import { requireString } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { checkPolicyDocument, checkPolicySize } from './check-policy.ts';
import { checkIamName, inlinePolicy, roleOf } from './iam-store.ts';
import { managedDocument } from './managed-policies.ts';

// IAM User Guide, "IAM and AWS STS quotas".
const MAX_INLINE = 10_240;
const MAX_ATTACHED = 20;

export const putRolePolicy: Action = (input, context) => {
  const role = roleOf(input, context);
  const name = requireString(input, 'PolicyName', { min: 1, max: 128 });
  checkIamName('policyName', name);
  const document = requireString(input, 'PolicyDocument', { min: 1, max: 131_072 });
  checkPolicyDocument(document, 'identity');
  const others = [...role.inline].filter(([other]) => other !== name).map(([, text]) => text);
  checkPolicySize(`the role ${role.name}`, [...others, document], MAX_INLINE);
  role.inline.set(name, document);
};

export const getRolePolicy: Action = (input, context) => {
  const role = roleOf(input, context);
  const name = requireString(input, 'PolicyName', { min: 1, max: 128 });
  return {
    RoleName: role.name,
    PolicyName: name,
    PolicyDocument: encodeURIComponent(inlinePolicy(role, name)),
  };
};

export const deleteRolePolicy: Action = (input, context) => {
  const role = roleOf(input, context);
  const name = requireString(input, 'PolicyName', { min: 1, max: 128 });
  inlinePolicy(role, name);
  role.inline.delete(name);
};

export const listRolePolicies: Action = (input, context) => ({
  PolicyNames: [...roleOf(input, context).inline.keys()].sort(),
  IsTruncated: false,
});

export const attachRolePolicy: Action = (input, context) => {
  const role = roleOf(input, context);
  const arn = requireString(input, 'PolicyArn', { min: 20, max: 2048 });
  managedDocument(arn, context);
  if (role.attached.size >= MAX_ATTACHED && !role.attached.has(arn)) {
    throw new ServiceError('LimitExceeded', `Cannot exceed quota for PoliciesPerRole: ${MAX_ATTACHED}`, {
      status: 409,
    });
  }
  role.attached.add(arn);
};

export const detachRolePolicy: Action = (input, context) => {
  const role = roleOf(input, context);
  const arn = requireString(input, 'PolicyArn', { min: 20, max: 2048 });
  if (role.attached.delete(arn)) return;
  throw new ServiceError('NoSuchEntity', `Policy ${arn} was not found.`, { status: 404 });
};

export const listAttachedRolePolicies: Action = (input, context) => ({
  AttachedPolicies: [...roleOf(input, context).attached].map((arn) => ({
    PolicyName: arn.split('/').at(-1),
    PolicyArn: arn,
  })),
  IsTruncated: false,
});

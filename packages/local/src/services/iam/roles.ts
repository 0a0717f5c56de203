import { readInteger, readString, readStructures, requireString, requireStrings } from '../../core/input.ts';
import { partitionOf } from '../../core/partition.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { roleId } from '../sts/issue-credentials.ts';
import { checkPolicyDocument, checkPolicySize } from './check-policy.ts';
import type { Role } from './iam-store.ts';
import { checkIamName, iamStore, readPath, roleOf } from './iam-store.ts';
import { managedDocument } from './managed-policies.ts';

// IAM User Guide, "IAM and AWS STS quotas".
const MAX_TRUST = 2_048;

const writeTags = ({ tags }: Role) => [...tags].map(([Key, Value]) => ({ Key, Value }));

const writeRole = (role: Role) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: role.createdMs / 1_000,
  AssumeRolePolicyDocument: encodeURIComponent(role.trust),
  Description: role.description,
  MaxSessionDuration: role.maxSeconds,
  PermissionsBoundary: role.boundary && {
    PermissionsBoundaryType: 'Policy',
    PermissionsBoundaryArn: role.boundary,
  },
  Tags: role.tags.size === 0 ? undefined : writeTags(role),
});

function readTrust(input: Record<string, unknown>, member: string): string {
  const trust = requireString(input, member, { min: 1, max: 131_072 });
  checkPolicyDocument(trust, 'trust');
  checkPolicySize('ACLSizePerRole', [trust], MAX_TRUST);
  return trust;
}

function addTags(role: Role, input: Record<string, unknown>): void {
  for (const tag of readStructures(input, 'Tags', { max: 50 }) ?? []) {
    role.tags.set(requireString(tag, 'Key', { min: 1, max: 128 }), readString(tag, 'Value', { max: 256 }) ?? '');
  }
}

/** @throws ServiceError `NoSuchEntity` */
function readBoundary(input: Record<string, unknown>, context: CallContext): string | undefined {
  const arn = readString(input, 'PermissionsBoundary');
  if (arn !== undefined) managedDocument(arn, context);
  return arn;
}

// API reference of CreateRole.
const SECONDS = { min: 3_600, max: 43_200 };

export const createRole: Action = (input, context) => {
  const name = requireString(input, 'RoleName', { min: 1, max: 64 });
  checkIamName('roleName', name);
  const path = readPath(readString(input, 'Path'));
  const arn = `arn:${partitionOf(context.region)}:iam::${context.account}:role${path}${name}`;
  context.touches(arn);
  const { roles } = iamStore(context);
  if (roles.has(name)) {
    throw new ServiceError('EntityAlreadyExists', `Role with name ${name} already exists.`, { status: 409 });
  }
  const role: Role = {
    name,
    path,
    arn,
    id: roleId(arn),
    createdMs: context.clock.now(),
    description: readString(input, 'Description', { max: 1000 }),
    maxSeconds: readInteger(input, 'MaxSessionDuration', SECONDS) ?? SECONDS.min,
    trust: readTrust(input, 'AssumeRolePolicyDocument'),
    inline: new Map(),
    attached: new Set(),
    boundary: readBoundary(input, context),
    tags: new Map(),
  };
  addTags(role, input);
  roles.set(name, role);
  return { Role: writeRole(role) };
};

export const getRole: Action = (input, context) => ({ Role: writeRole(roleOf(input, context)) });

export const listRoles: Action = (input, context) => {
  const prefix = readString(input, 'PathPrefix') ?? '/';
  context.touches('*');
  const roles = [...iamStore(context).roles.values()].filter(({ path }) => path.startsWith(prefix));
  return { Roles: roles.sort((a, b) => (a.name < b.name ? -1 : 1)).map(writeRole), IsTruncated: false };
};

export const updateRole: Action = (input, context) => {
  const role = roleOf(input, context);
  role.description = readString(input, 'Description', { max: 1000 }) ?? role.description;
  role.maxSeconds = readInteger(input, 'MaxSessionDuration', SECONDS) ?? role.maxSeconds;
};

export const updateAssumeRolePolicy: Action = (input, context) => {
  const role = roleOf(input, context);
  role.trust = readTrust(input, 'PolicyDocument');
};

export const deleteRole: Action = (input, context) => {
  const { name, inline, attached } = roleOf(input, context);
  if (inline.size > 0 || attached.size > 0) {
    const what = inline.size > 0 ? 'delete policies first' : 'detach all policies first';
    throw new ServiceError('DeleteConflict', `Cannot delete entity, must ${what}.`, { status: 409 });
  }
  iamStore(context).roles.delete(name);
};

export const putRolePermissionsBoundary: Action = (input, context) => {
  const role = roleOf(input, context);
  requireString(input, 'PermissionsBoundary');
  role.boundary = readBoundary(input, context);
};

export const deleteRolePermissionsBoundary: Action = (input, context) => {
  roleOf(input, context).boundary = undefined;
};

export const tagRole: Action = (input, context) => addTags(roleOf(input, context), input);

export const untagRole: Action = (input, context) => {
  const role = roleOf(input, context);
  for (const key of requireStrings(input, 'TagKeys', { max: 50 })) role.tags.delete(key);
};

export const listRoleTags: Action = (input, context) => ({
  Tags: writeTags(roleOf(input, context)),
  IsTruncated: false,
});

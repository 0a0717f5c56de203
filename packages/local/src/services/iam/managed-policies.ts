import { randomLetters } from '../../core/base32.ts';
import { readBoolean, readString, requireString } from '../../core/input.ts';
import { partitionOf } from '../../core/partition.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { awsManagedDocument, isAwsManaged } from './aws-managed-policies.ts';
import { checkPolicyDocument, checkPolicySize } from './check-policy.ts';
import type { ManagedPolicy } from './iam-store.ts';
import { checkIamName, iamOf, iamStore, policyOf, readPath } from './iam-store.ts';

// IAM User Guide, "IAM and AWS STS quotas".
const MAX_POLICY = 6_144;
const MAX_VERSIONS = 5;

const makePolicyId = () => `ANPA${randomLetters(17)}`;

/** The number of roles that have the policy attached. */
const attachments = (arn: string, context: CallContext) =>
  [...iamStore(context).roles.values()].filter(({ attached }) => attached.has(arn)).length;

const writePolicy = (policy: ManagedPolicy, context: CallContext) => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersion,
  AttachmentCount: attachments(policy.arn, context),
  IsAttachable: true,
  Description: policy.description,
  CreateDate: policy.createdMs / 1_000,
  UpdateDate: policy.changedMs / 1_000,
});

const writeVersion = ({ versions, defaultVersion }: ManagedPolicy, id: string) => ({
  VersionId: id,
  IsDefaultVersion: id === defaultVersion,
  CreateDate: (versions.get(id)?.createdMs ?? 0) / 1_000,
});

function readDocument(input: Record<string, unknown>): string {
  const document = requireString(input, 'PolicyDocument', { min: 1, max: 131_072 });
  checkPolicyDocument(document, 'identity');
  checkPolicySize('PolicySize', [document], MAX_POLICY);
  return document;
}

export const createPolicy: Action = (input, context) => {
  const name = requireString(input, 'PolicyName', { min: 1, max: 128 });
  checkIamName('policyName', name);
  const path = readPath(readString(input, 'Path'));
  const arn = `arn:${partitionOf(context.region)}:iam::${context.account}:policy${path}${name}`;
  context.touches(arn);
  const { policies } = iamStore(context);
  if (policies.has(arn)) {
    throw new ServiceError(
      'EntityAlreadyExists',
      `A policy called ${name} already exists. Duplicate names are not allowed.`,
      {
        status: 409,
      },
    );
  }
  const now = context.clock.now();
  const policy: ManagedPolicy = {
    name,
    path,
    arn,
    id: makePolicyId(),
    createdMs: now,
    changedMs: now,
    description: readString(input, 'Description', { max: 1000 }),
    versions: new Map([['v1', { document: readDocument(input), createdMs: now }]]),
    defaultVersion: 'v1',
  };
  policies.set(arn, policy);
  return { Policy: writePolicy(policy, context) };
};

export const createPolicyVersion: Action = (input, context) => {
  const policy = policyOf(input, context);
  const document = readDocument(input);
  if (policy.versions.size >= MAX_VERSIONS) {
    throw new ServiceError(
      'LimitExceeded',
      'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
      { status: 409 },
    );
  }
  const id = `v${Math.max(...[...policy.versions.keys()].map((version) => Number(version.slice(1)))) + 1}`;
  const now = context.clock.now();
  policy.versions.set(id, { document, createdMs: now });
  policy.changedMs = now;
  if (readBoolean(input, 'SetAsDefault')) policy.defaultVersion = id;
  return { PolicyVersion: writeVersion(policy, id) };
};

export const deletePolicyVersion: Action = (input, context) => {
  const policy = policyOf(input, context);
  const id = requireString(input, 'VersionId');
  if (id === policy.defaultVersion) {
    throw new ServiceError('DeleteConflict', 'Cannot delete the default version of a policy.', { status: 409 });
  }
  policy.versions.delete(id);
};

export const deletePolicy: Action = (input, context) => {
  const { arn, versions } = policyOf(input, context);
  if (attachments(arn, context) > 0 || versions.size > 1) {
    throw new ServiceError('DeleteConflict', 'Cannot delete a policy attached to entities, or with several versions.', {
      status: 409,
    });
  }
  iamStore(context).policies.delete(arn);
};

export const getPolicy: Action = (input, context) => ({ Policy: writePolicy(policyOf(input, context), context) });

export const getPolicyVersion: Action = (input, context) => {
  const policy = policyOf(input, context);
  const id = requireString(input, 'VersionId');
  const version = policy.versions.get(id);
  if (version === undefined) {
    throw new ServiceError('NoSuchEntity', `Policy ${policy.arn} version ${id} does not exist or is not attachable.`, {
      status: 404,
    });
  }
  return { PolicyVersion: { ...writeVersion(policy, id), Document: encodeURIComponent(version.document) } };
};

export const listPolicyVersions: Action = (input, context) => {
  const policy = policyOf(input, context);
  return { Versions: [...policy.versions.keys()].map((id) => writeVersion(policy, id)), IsTruncated: false };
};

/**
 * The document of a managed policy, in JSON. One of AWS's that is not known here grants nothing.
 *
 * @throws ServiceError `NoSuchEntity`
 */
export function managedDocument(arn: string, { storesOf }: Pick<CallContext, 'storesOf'>): string {
  if (isAwsManaged(arn)) return awsManagedDocument(arn) ?? JSON.stringify({ Version: '2012-10-17', Statement: [] });
  const account = arn.split(':')[4] ?? '';
  const policy = iamOf(account, storesOf).policies.get(arn);
  const document = policy?.versions.get(policy.defaultVersion)?.document;
  if (document === undefined) throw new ServiceError('NoSuchEntity', `Policy ${arn} was not found.`, { status: 404 });
  return document;
}

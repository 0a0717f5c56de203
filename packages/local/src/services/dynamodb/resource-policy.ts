import { randomUUID } from 'node:crypto';
import type { Action } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { checkInput } from './input/check-input.ts';
import type { Table } from './table.ts';
import { openTagged } from './tags.ts';

const RESOURCE_ARN = { type: 'string', min: 1, max: 1283, required: true } as const;
const REVISION = { type: 'string', min: 1, max: 255 } as const;

export function makePolicy(text: string): Table['policy'] {
  return { text, revisionId: randomUUID().replaceAll('-', '') };
}

/**
 * @throws ServiceError `PolicyNotFoundException` unless the table has a policy, of the revision
 *   that the caller saw.
 */
function checkRevision({ policy, arn }: Table, expected: string | undefined): void {
  // NO_POLICY stands for a table that has none yet.
  if (expected === undefined || expected === (policy?.revisionId ?? 'NO_POLICY')) return;
  throw new ServiceError(
    'PolicyNotFoundException',
    `Resource-based policy not found for the provided ResourceArn and RevisionId: ${arn}`,
  );
}

export const getResourcePolicy: Action = (raw, context) => {
  const { ResourceArn } = checkInput(raw, { ResourceArn: RESOURCE_ARN } as const);
  context.touches(ResourceArn);
  const { policy } = openTagged(context, ResourceArn);
  if (policy === undefined) {
    throw new ServiceError(
      'PolicyNotFoundException',
      `Resource-based policy not found for the provided ResourceArn: ${ResourceArn}`,
    );
  }
  return { Policy: policy.text, RevisionId: policy.revisionId };
};

const PUT_RESOURCE_POLICY_INPUT = {
  ResourceArn: RESOURCE_ARN,
  Policy: { type: 'string', required: true },
  ExpectedRevisionId: REVISION,
  ConfirmRemoveSelfResourceAccess: { type: 'boolean' },
} as const;

/** The policy is kept and given back; nothing enforces it here. */
export const putResourcePolicy: Action = (raw, context) => {
  const { ResourceArn, Policy, ExpectedRevisionId } = checkInput(raw, PUT_RESOURCE_POLICY_INPUT);
  context.touches(ResourceArn);
  const table = openTagged(context, ResourceArn);
  checkRevision(table, ExpectedRevisionId);
  if (table.policy?.text !== Policy) table.policy = makePolicy(Policy);
  return { RevisionId: table.policy?.revisionId };
};

const DELETE_RESOURCE_POLICY_INPUT = { ResourceArn: RESOURCE_ARN, ExpectedRevisionId: REVISION } as const;

/** Of a table that has no policy it answers without a revision. */
export const deleteResourcePolicy: Action = (raw, context) => {
  const { ResourceArn, ExpectedRevisionId } = checkInput(raw, DELETE_RESOURCE_POLICY_INPUT);
  context.touches(ResourceArn);
  const table = openTagged(context, ResourceArn);
  checkRevision(table, ExpectedRevisionId);
  const { policy } = table;
  table.policy = undefined;
  return { RevisionId: policy?.revisionId };
};

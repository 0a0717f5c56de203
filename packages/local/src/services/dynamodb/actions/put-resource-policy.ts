import type { Action } from '../../../core/service.ts';
import { checkInput } from '../input/check-input.ts';
import { checkRevision, makePolicy, RESOURCE_ARN, REVISION } from '../tables/resource-policy.ts';
import { openTagged } from '../tables/tags.ts';

const INPUT = {
  ResourceArn: RESOURCE_ARN,
  Policy: { type: 'string', required: true },
  ExpectedRevisionId: REVISION,
  ConfirmRemoveSelfResourceAccess: { type: 'boolean' },
} as const;

/** The policy is kept and given back; nothing enforces it here. */
export const putResourcePolicy: Action = (raw, context) => {
  const { ResourceArn, Policy, ExpectedRevisionId } = checkInput(raw, INPUT);
  context.touches(ResourceArn);
  const table = openTagged(context, ResourceArn);
  checkRevision(table, ExpectedRevisionId);
  if (table.policy?.text !== Policy) table.policy = makePolicy(Policy);
  return { RevisionId: table.policy?.revisionId };
};

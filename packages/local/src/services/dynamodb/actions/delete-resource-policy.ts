import type { Action } from '../../../core/service.ts';
import { checkInput } from '../input/check-input.ts';
import { checkRevision, RESOURCE_ARN, REVISION } from '../tables/resource-policy.ts';
import { openTagged } from '../tables/tags.ts';

const INPUT = { ResourceArn: RESOURCE_ARN, ExpectedRevisionId: REVISION } as const;

/** Of a table that has no policy it answers without a revision. */
export const deleteResourcePolicy: Action = (raw, context) => {
  const { ResourceArn, ExpectedRevisionId } = checkInput(raw, INPUT);
  context.touches(ResourceArn);
  const table = openTagged(context, ResourceArn);
  checkRevision(table, ExpectedRevisionId);
  const { policy } = table;
  table.policy = undefined;
  return { RevisionId: policy?.revisionId };
};

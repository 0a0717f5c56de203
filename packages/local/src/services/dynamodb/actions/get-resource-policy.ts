import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { checkInput } from '../input/check-input.ts';
import { RESOURCE_ARN } from '../tables/resource-policy.ts';
import { openTagged } from '../tables/tags.ts';

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

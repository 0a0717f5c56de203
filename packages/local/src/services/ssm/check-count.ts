import { ServiceError } from '../../core/service-error.ts';
import type { ParameterTier, StoredParameter } from './store.ts';

/** Parameters of each tier in an account and region: from the Systems Manager quotas. */
const MAX_PARAMETERS = { Standard: 10_000, Advanced: 100_000 } as const;

/** @throws ServiceError `ParameterLimitExceeded` where a tier is full */
export function checkCount(all: ReadonlyMap<string, StoredParameter>, tier: ParameterTier): void {
  if (all.size < MAX_PARAMETERS[tier]) return;
  const inTier = [...all.values()].filter(({ versions }) => versions.at(-1)?.tier === tier).length;
  if (inTier >= MAX_PARAMETERS[tier]) {
    throw new ServiceError(
      'ParameterLimitExceeded',
      'You have exceeded the number of parameters for this Amazon Web Services account. Delete one or more parameters and try again.',
    );
  }
}

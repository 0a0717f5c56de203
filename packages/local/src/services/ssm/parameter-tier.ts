import { ServiceError } from '../../core/service-error.ts';
import type { ParameterTier } from './store.ts';

/** Bytes of a value: from the API reference of PutParameter. */
const MAX_BYTES = { Standard: 4096, Advanced: 8192 } as const;
const ADVANCED_GUIDE =
  'https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html';

const refused = (message: string) => new ServiceError('ValidationException', message);

/** What a new version has to fit into. */
export interface TierRequest {
  readonly asked: ParameterTier | 'Intelligent-Tiering' | undefined;
  readonly bytes: number;
  readonly hasPolicies: boolean;
  /** Of the version before. */
  readonly previous: ParameterTier | undefined;
}

/** The tier of a new version. An advanced parameter stays one. @throws ServiceError `ValidationException` for what does not fit */
export function chooseTier({ asked, bytes, hasPolicies, previous }: TierRequest): ParameterTier {
  if (asked === 'Standard' && previous === 'Advanced') {
    throw refused(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.",
    );
  }
  const needsAdvanced = asked === 'Intelligent-Tiering' && (hasPolicies || bytes > MAX_BYTES.Standard);
  const tier = previous === 'Advanced' || asked === 'Advanced' || needsAdvanced ? 'Advanced' : 'Standard';
  if (hasPolicies && tier === 'Standard') {
    throw refused(`Parameter policies need the advanced-parameter tier. For more information, see ${ADVANCED_GUIDE}`);
  }
  if (bytes > MAX_BYTES[tier]) {
    throw refused(
      tier === 'Standard'
        ? `Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see ${ADVANCED_GUIDE}`
        : 'Advanced tier parameters support a maximum parameter value of 8192 characters.',
    );
  }
  return tier;
}

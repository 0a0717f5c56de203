import { requireString } from '../../core/input.ts';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { parameterArn, parameterKey } from './parameter-name.ts';
import type { StoredParameter } from './store.ts';
import { liveParameters } from './store.ts';

/** The parameter that a tagging call means by `ResourceType` and `ResourceId`. */
export function taggedParameter(input: Record<string, unknown>, context: CallContext): StoredParameter {
  if (requireString(input, 'ResourceType') !== 'Parameter') {
    throw new ServiceError(
      'InvalidResourceType',
      'The resource type is not valid. The local endpoint knows Parameter only.',
    );
  }
  const name = requireString(input, 'ResourceId');
  context.touches(parameterArn(name, context));
  const parameter = liveParameters(context).get(parameterKey(name));
  if (parameter === undefined) throw new ServiceError('InvalidResourceId', 'The resource ID is not valid.');
  return parameter;
}

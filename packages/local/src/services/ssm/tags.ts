import { requireString, requireStrings } from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { addTags, requireTags, writeTags } from '../json-tags.ts';
import { parameterArn, parameterKey } from './parameter-name.ts';
import { liveParameters } from './parameter-store.ts';
import type { StoredParameter } from './parameter-types.ts';

/** The parameter that a tagging call means by `ResourceType` and `ResourceId`. */
function taggedParameter(input: Record<string, unknown>, context: CallContext): StoredParameter {
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

export const addTagsToResource: Action = (input, context) => {
  addTags(taggedParameter(input, context).tags, requireTags(input), 'TooManyTagsError');
  return {};
};

export const listTagsForResource: Action = (input, context) => ({
  TagList: writeTags(taggedParameter(input, context).tags),
});

export const removeTagsFromResource: Action = (input, context) => {
  const { tags } = taggedParameter(input, context);
  for (const key of requireStrings(input, 'TagKeys')) tags.delete(key);
  return {};
};

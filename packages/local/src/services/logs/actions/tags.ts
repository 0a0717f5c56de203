import { requireString, requireStrings } from '../../../core/input.ts';
import type { Action, CallContext } from '../../../core/service.ts';
import { notFound } from '../errors.ts';
import { groupOf } from '../find.ts';
import type { LogGroup } from '../store.ts';
import { logStore } from '../store.ts';
import { addTagsOf } from '../tags.ts';

function groupByArn(input: Readonly<Record<string, unknown>>, context: CallContext): LogGroup {
  const arn = requireString(input, 'resourceArn', { min: 1, max: 1011 });
  context.touches(arn);
  const group = [...logStore(context).groups.values()].find((candidate) => candidate.arn === arn);
  if (group === undefined) throw notFound('The specified resource does not exist.');
  return group;
}

const without = (tags: Map<string, string>, keys: readonly string[]) => {
  for (const key of keys) tags.delete(key);
};

export const tagResource: Action = (input, context) => addTagsOf(input, groupByArn(input, context).tags);
export const untagResource: Action = (input, context) =>
  without(groupByArn(input, context).tags, requireStrings(input, 'tagKeys', { max: 50 }));
export const listTagsForResource: Action = (input, context) => ({
  tags: Object.fromEntries(groupByArn(input, context).tags),
});

// By name instead of ARN: deprecated, and still sent.
export const tagLogGroup: Action = (input, context) => addTagsOf(input, groupOf(input, context).tags);
export const untagLogGroup: Action = (input, context) =>
  without(groupOf(input, context).tags, requireStrings(input, 'tags'));
export const listTagsLogGroup: Action = (input, context) => ({
  tags: Object.fromEntries(groupOf(input, context).tags),
});

import type { Action, CallContext } from '../../core/service.ts';
import { resourceNotFound, validationError } from './errors.ts';
import { checkInput } from './input/check-input.ts';
import type { Checked } from './input/shape.ts';
import type { Table } from './table.ts';
import { TAGS } from './table-definition.ts';
import { findTable } from './table-store.ts';
import { forgetExpiries } from './time-to-live.ts';

type TagsInput = Checked<typeof TAGS>;

/** @throws ServiceError for a key that is given twice. */
export function readTags(input: TagsInput): Map<string, string> {
  const tags = new Map(input.map(({ Key, Value }) => [Key, Value]));
  if (tags.size < input.length) throw validationError('One or more parameter values were invalid: Duplicate tag key');
  return tags;
}

/**
 * The table that a `ResourceArn` means.
 *
 * @throws ServiceError for a malformed ARN or a table that is not there.
 */
export function openTagged(context: CallContext, arn: string): Table {
  if (!arn.startsWith('arn:')) throw validationError(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  const table = findTable(context, arn);
  if (table === undefined) throw resourceNotFound(`ResourcArn: ${arn} not found`); // the misspelling is AWS's
  return table;
}

const TAG_RESOURCE_INPUT = {
  ResourceArn: { type: 'string', min: 1, max: 1283, required: true },
  Tags: { ...TAGS, required: true },
} as const;

export const tagResource: Action = (raw, context) => {
  const { ResourceArn, Tags } = checkInput(raw, TAG_RESOURCE_INPUT);
  context.touches(ResourceArn);
  const table = openTagged(context, ResourceArn);
  for (const [key, value] of readTags(Tags)) table.tags.set(key, value);
  forgetExpiries(table); // a tag may have set the lag
  return {};
};

const UNTAG_RESOURCE_INPUT = {
  ResourceArn: { type: 'string', min: 1, max: 1283, required: true },
  TagKeys: { type: 'list', of: { type: 'string', min: 1, max: 128 }, required: true },
} as const;

export const untagResource: Action = (raw, context) => {
  const { ResourceArn, TagKeys } = checkInput(raw, UNTAG_RESOURCE_INPUT);
  context.touches(ResourceArn);
  const table = openTagged(context, ResourceArn);
  for (const key of TagKeys) table.tags.delete(key);
  forgetExpiries(table); // a tag may have set the lag
  return {};
};

const LIST_TAGS_OF_RESOURCE_INPUT = { ResourceArn: { type: 'string', min: 1, max: 1283, required: true } } as const;

/** A table has at most 50 tags: one page. */
export const listTagsOfResource: Action = (raw, context) => {
  const { ResourceArn } = checkInput(raw, LIST_TAGS_OF_RESOURCE_INPUT);
  context.touches(ResourceArn);
  const { tags } = openTagged(context, ResourceArn);
  return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
};

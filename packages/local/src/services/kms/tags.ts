import { readString, readStructures, requireString } from '../../core/input.ts';
import { ServiceError } from '../../core/service-error.ts';

/** KMS allows 50 tags on a key. */
const MAX_TAGS = 50;

/** Adds the call's `Tags`, which KMS spells `TagKey` and `TagValue`. @throws ServiceError `TagException`, `LimitExceededException` */
export function addKeyTags(tags: Map<string, string>, input: Record<string, unknown>): void {
  const added = (readStructures(input, 'Tags') ?? []).map((tag): [string, string] => [
    requireString(tag, 'TagKey', { min: 1, max: 128 }),
    readString(tag, 'TagValue', { max: 256 }) ?? '',
  ]);
  const keys = added.map(([key]) => key);
  if (new Set(keys).size < keys.length) throw new ServiceError('TagException', 'Duplicate tag keys');
  if (keys.some((key) => key.startsWith('aws:')))
    throw new ServiceError('TagException', 'Tag keys cannot begin with aws:');
  if (new Set([...tags.keys(), ...keys]).size > MAX_TAGS) throw new ServiceError('TagException', 'Too many tags');
  for (const [key, value] of added) tags.set(key, value);
}

import { readStringMap } from '../../core/input.ts';
import { ServiceError } from '../../core/service-error.ts';

/** CloudWatch Logs allows 50 tags on a log group. */
const MAX_TAGS = 50;

/** Adds the `tags` of a call. @throws ServiceError `TooManyTagsException` above 50, with nothing added */
export function addTagsOf(input: Readonly<Record<string, unknown>>, tags: Map<string, string>): void {
  const added = Object.entries(readStringMap(input, 'tags') ?? {});
  if (new Set([...tags.keys(), ...added.map(([key]) => key)]).size > MAX_TAGS) {
    throw new ServiceError('TooManyTagsException', `A log group can have no more than ${MAX_TAGS} tags.`);
  }
  for (const [key, value] of added) tags.set(key, value);
}

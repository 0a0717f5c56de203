import { readOneOf, readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { exists } from '../errors.ts';
import { groupArn, readGroupName } from '../find.ts';
import { logStore } from '../store.ts';
import { addTagsOf } from '../tags.ts';

export const createLogGroup: Action = (input, context) => {
  const name = readGroupName(input);
  context.touches(`${groupArn(context, name)}:*`);
  const { groups } = logStore(context);
  if (groups.has(name)) throw exists('The specified log group already exists');
  const tags = new Map<string, string>();
  addTagsOf(input, tags);
  groups.set(name, {
    name,
    arn: groupArn(context, name),
    createdMs: context.clock.now(),
    kmsKeyId: readString(input, 'kmsKeyId'),
    logClass: readOneOf(input, 'logGroupClass', ['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY']) ?? 'STANDARD',
    retentionDays: undefined,
    tags,
    streams: new Map(),
  });
};

import {
  constraint,
  readInteger,
  readOneOf,
  readString,
  readStringMap,
  requireString,
  requireStrings,
} from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { pageByKey } from '../page.ts';
import type { LogGroup } from './log-store.ts';
import { exists, groupArn, groupOf, invalid, logStore, notFound, readGroupName } from './log-store.ts';

/** CloudWatch Logs allows 50 tags on a log group. */
const MAX_TAGS = 50;

/**
 * Adds the `tags` of a call.
 *
 * @throws ServiceError `TooManyTagsException` above 50, with nothing added
 */
function addTagsOf(input: Readonly<Record<string, unknown>>, tags: Map<string, string>): void {
  const added = Object.entries(readStringMap(input, 'tags') ?? {});
  if (new Set([...tags.keys(), ...added.map(([key]) => key)]).size > MAX_TAGS) {
    throw new ServiceError('TooManyTagsException', `A log group can have no more than ${MAX_TAGS} tags.`);
  }
  for (const [key, value] of added) tags.set(key, value);
}

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

export const deleteLogGroup: Action = (input, context) => {
  logStore(context).groups.delete(groupOf(input, context).name);
};

/** The bytes that CloudWatch Logs adds to each event when it counts. */
const EVENT_OVERHEAD = 26;

const storedBytes = ({ streams }: LogGroup) =>
  [...streams.values()]
    .flatMap(({ events }) => events)
    .reduce((sum, { message }) => sum + Buffer.byteLength(message) + EVENT_OVERHEAD, 0);

export const describeLogGroups: Action = (input, context) => {
  const prefix = readString(input, 'logGroupNamePrefix', { min: 1, max: 512 });
  const pattern = readString(input, 'logGroupNamePattern', { max: 512 });
  if (prefix !== undefined && pattern !== undefined) {
    throw invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
  }
  const limit = readInteger(input, 'limit', { min: 1, max: 50 }) ?? 50;
  const matching = [...logStore(context).groups.values()].filter(
    ({ name }) => name.startsWith(prefix ?? '') && name.toLowerCase().includes((pattern ?? '').toLowerCase()),
  );
  const invalidToken = () => invalid('The specified nextToken is invalid.');
  const page = pageByKey(matching, ({ name }) => name, limit, readString(input, 'nextToken'), invalidToken);
  return {
    logGroups: page.items.map((group) => ({
      logGroupName: group.name,
      creationTime: Math.floor(group.createdMs),
      retentionInDays: group.retentionDays,
      metricFilterCount: 0,
      arn: `${group.arn}:*`,
      logGroupArn: group.arn,
      storedBytes: storedBytes(group),
      kmsKeyId: group.kmsKeyId,
      logGroupClass: group.logClass,
    })),
    nextToken: page.next,
  };
};

/** Source: PutRetentionPolicy, retentionInDays. */
const DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

export const putRetentionPolicy: Action = (input, context) => {
  const days = readInteger(input, 'retentionInDays');
  if (days === undefined) throw constraint('retentionInDays', 'not be null');
  if (!DAYS.includes(days)) throw constraint('retentionInDays', `satisfy enum value set: [${DAYS.join(', ')}]`);
  groupOf(input, context).retentionDays = days;
};

export const deleteRetentionPolicy: Action = (input, context) => {
  groupOf(input, context).retentionDays = undefined;
};

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

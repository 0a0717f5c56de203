import { readInteger, readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { pageByKey } from '../../page.ts';
import { invalid } from '../errors.ts';
import type { LogGroup } from '../store.ts';
import { logStore } from '../store.ts';

/** What CloudWatch Logs adds to each event when it counts bytes. */
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

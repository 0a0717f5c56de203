import { readBoolean, readInteger, readOneOf, readString } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { pageByKey } from '../page.ts';
import type { LogStream } from './log-store.ts';
import { exists, groupByNameOrIdentifier, groupOf, invalid, readStreamName, streamOf } from './log-store.ts';

export const createLogStream: Action = (input, context) => {
  const group = groupOf(input, context, 'stream');
  const name = readStreamName(input);
  if (group.streams.has(name)) throw exists('The specified log stream already exists');
  group.streams.set(name, {
    name,
    arn: `${group.arn}:log-stream:${name}`,
    createdMs: context.clock.now(),
    lastIngestionMs: undefined,
    events: [],
  });
};

export const deleteLogStream: Action = (input, context) => {
  const group = groupOf(input, context, 'stream');
  group.streams.delete(streamOf(group, input).name);
};

// 16 digits hold any time of this service; subtracting from their maximum turns the order around.
const byTime = (ms: number) => String(ms).padStart(16, '0');
const LAST = Number.MAX_SAFE_INTEGER;

const describe = (stream: LogStream) => ({
  logStreamName: stream.name,
  creationTime: Math.floor(stream.createdMs),
  firstEventTimestamp: stream.events[0]?.timestampMs,
  lastEventTimestamp: stream.events.at(-1)?.timestampMs,
  lastIngestionTime: stream.lastIngestionMs,
  uploadSequenceToken:
    stream.lastIngestionMs === undefined ? undefined : String(stream.lastIngestionMs).padStart(56, '0'),
  arn: stream.arn,
  storedBytes: 0, // deprecated since 2019: always 0
});

export const describeLogStreams: Action = (input, context) => {
  const group = groupByNameOrIdentifier(input, context);
  const prefix = readString(input, 'logStreamNamePrefix', { min: 1, max: 512 });
  const order = readOneOf(input, 'orderBy', ['LogStreamName', 'LastEventTime']) ?? 'LogStreamName';
  if (prefix !== undefined && order === 'LastEventTime') {
    throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
  }
  const descending = readBoolean(input, 'descending') ?? false;
  const limit = readInteger(input, 'limit', { min: 1, max: 50 }) ?? 50;
  const names = [...group.streams.keys()].sort();
  const keyOf = (stream: LogStream) => {
    const time = order === 'LastEventTime' ? (stream.events.at(-1)?.timestampMs ?? 0) : 0;
    const place = names.indexOf(stream.name);
    return `${byTime(descending ? LAST - time : time)}${byTime(descending ? LAST - place : place)}`;
  };
  const matching = [...group.streams.values()].filter(({ name }) => name.startsWith(prefix ?? ''));
  const invalidToken = () => invalid('The specified nextToken is invalid.');
  const page = pageByKey(matching, keyOf, limit, readString(input, 'nextToken'), invalidToken);
  return { logStreams: page.items.map(describe), nextToken: page.next };
};

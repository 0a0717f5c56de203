import { readInteger, readString, readStrings } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { pageByKey } from '../../page.ts';
import { invalid, notFound } from '../errors.ts';
import { parseFilterPattern } from '../filter-pattern/filter-pattern.ts';
import { groupByNameOrIdentifier } from '../find.ts';
import type { LogGroup, LogStream } from '../store.ts';

const MAX_EVENTS = 10_000;

function streamsOf(group: LogGroup, input: Readonly<Record<string, unknown>>): LogStream[] {
  const names = readStrings(input, 'logStreamNames', { min: 1, max: 100 });
  const prefix = readString(input, 'logStreamNamePrefix', { min: 1, max: 512 });
  if (names !== undefined && prefix !== undefined) {
    throw invalid('logStreamNamePrefix and logStreamNames are mutually exclusive parameters.');
  }
  if (names === undefined) return [...group.streams.values()].filter(({ name }) => name.startsWith(prefix ?? ''));
  return names.map((name) => {
    const stream = group.streams.get(name);
    if (stream === undefined) throw notFound('The specified log stream does not exist.');
    return stream;
  });
}

/** Over all streams, in the order of time. */
export const filterLogEvents: Action = (input, context) => {
  const group = groupByNameOrIdentifier(input, context);
  const start = readInteger(input, 'startTime', { min: 0 }) ?? 0;
  const end = readInteger(input, 'endTime', { min: 0 }) ?? Number.POSITIVE_INFINITY;
  const limit = readInteger(input, 'limit', { min: 1, max: MAX_EVENTS }) ?? MAX_EVENTS;
  const matches = parseFilterPattern(readString(input, 'filterPattern', { max: 1024 }) ?? '');
  const found = streamsOf(group, input).flatMap(({ name, events }) =>
    events
      .filter(({ timestampMs, message }) => timestampMs >= start && timestampMs <= end && matches(message))
      .map((event) => ({ logStreamName: name, event })),
  );
  const page = pageByKey(
    found,
    ({ event }) => `${String(event.timestampMs).padStart(16, '0')}.${event.id}`,
    limit,
    readString(input, 'nextToken'),
    () => invalid('The specified nextToken is invalid.'),
  );
  return {
    events: page.items.map(({ logStreamName, event }) => ({
      logStreamName,
      timestamp: event.timestampMs,
      message: event.message,
      ingestionTime: event.ingestionMs,
      eventId: event.id,
    })),
    searchedLogStreams: [],
    nextToken: page.next,
  };
};

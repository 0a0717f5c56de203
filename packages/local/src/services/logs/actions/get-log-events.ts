import { readBoolean, readInteger, readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalid } from '../errors.ts';
import { groupByNameOrIdentifier, streamOf } from '../find.ts';
import type { LogEvent } from '../store.ts';

const MAX_EVENTS = 10_000;

const keyOf = ({ timestampMs, id }: LogEvent) => `${String(timestampMs).padStart(16, '0')}.${id}`;

/** `f/KEY` goes on after the event of that key, `b/KEY` before it. */
function readToken(token: string | undefined): { forward: boolean; key: string } | undefined {
  if (token === undefined) return undefined;
  const [, direction, key] = /^([fb])\/(\d{16}\.\d{56})$/.exec(token) ?? [];
  if (key === undefined) throw invalid('The specified nextToken is invalid.');
  return { forward: direction === 'f', key };
}

/** Both tokens are always there; at an end the same one comes back, and that is how a reader knows. */
export const getLogEvents: Action = (input, context) => {
  const stream = streamOf(groupByNameOrIdentifier(input, context), input, context);
  const start = readInteger(input, 'startTime', { min: 0 }) ?? 0;
  const end = readInteger(input, 'endTime', { min: 0 }) ?? Number.POSITIVE_INFINITY;
  const limit = readInteger(input, 'limit', { min: 1, max: MAX_EVENTS }) ?? MAX_EVENTS;
  const token = readToken(readString(input, 'nextToken'));
  const forward = token?.forward ?? readBoolean(input, 'startFromHead') ?? false;
  const inTime = stream.events.filter(({ timestampMs }) => timestampMs >= start && timestampMs < end);
  const rest =
    token === undefined
      ? inTime
      : inTime.filter((event) => (forward ? keyOf(event) > token.key : keyOf(event) < token.key));
  const events = forward ? rest.slice(0, limit) : rest.slice(-limit);
  const edge = token?.key ?? `${String(start).padStart(16, '0')}.${'0'.repeat(56)}`;
  const [first, last] = [events[0], events.at(-1)];
  return {
    events: events.map(({ timestampMs, message, ingestionMs }) => ({
      timestamp: timestampMs,
      message,
      ingestionTime: ingestionMs,
    })),
    nextForwardToken: `f/${last === undefined ? edge : keyOf(last)}`,
    nextBackwardToken: `b/${first === undefined ? edge : keyOf(first)}`,
  };
};

import {
  constraint,
  readBoolean,
  readInteger,
  readString,
  readStrings,
  readStructures,
  requireString,
} from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { recordEmbeddedMetrics } from '../cloudwatch/embedded-metrics.ts';
import { pageByKey } from '../page.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import { createLogGroup } from './groups.ts';
import type { LogEvent, LogGroup, LogStream } from './log-store.ts';
import { groupByNameOrIdentifier, groupOf, invalid, logStore, notFound, streamOf } from './log-store.ts';
import { createLogStream } from './streams.ts';

// Limits: API reference, PutLogEvents.
const MAX_EVENTS = 10_000;
const MAX_BATCH_BYTES = 1_048_576;
const EVENT_OVERHEAD = 26;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const OLDEST_MS = 14 * DAY_MS;
const NEWEST_MS = 2 * HOUR_MS;
/** Newest events that a stream keeps, so that a long session cannot fill the process. */
const MAX_STORED_EVENTS = 100_000;

interface Draft {
  readonly timestampMs: number;
  readonly message: string;
}

function readDrafts(input: Readonly<Record<string, unknown>>): Draft[] {
  const events = readStructures(input, 'logEvents', { min: 1, max: MAX_EVENTS });
  if (events === undefined) throw constraint('logEvents', 'not be null');
  const drafts = events.map((event) => {
    const timestampMs = readInteger(event, 'timestamp', { min: 0 });
    if (timestampMs === undefined) throw constraint('logEvents.member.timestamp', 'not be null');
    return { timestampMs, message: requireString(event, 'message') };
  });
  const bytes = drafts.reduce((sum, { message }) => sum + Buffer.byteLength(message) + EVENT_OVERHEAD, 0);
  if (bytes > MAX_BATCH_BYTES) throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${MAX_BATCH_BYTES}`);
  const first = drafts[0]?.timestampMs ?? 0;
  for (const [index, { timestampMs }] of drafts.entries()) {
    if (timestampMs < (drafts[index - 1]?.timestampMs ?? 0)) {
      throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
    }
    if (timestampMs - first > DAY_MS) {
      throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
    }
  }
  return drafts;
}

/** Where the accepted events begin and end, and what is said of the others. */
function accept(drafts: readonly Draft[], { retentionDays }: LogGroup, nowMs: number) {
  const firstFrom = (ms: number) => {
    const found = drafts.findIndex(({ timestampMs }) => timestampMs >= ms);
    return found < 0 ? drafts.length : found;
  };
  const tooOld = firstFrom(nowMs - OLDEST_MS);
  const expired = retentionDays === undefined ? 0 : firstFrom(nowMs - retentionDays * DAY_MS);
  const tooNew = firstFrom(nowMs + NEWEST_MS + 1);
  const rejected = {
    ...(tooNew < drafts.length ? { tooNewLogEventStartIndex: tooNew } : {}),
    ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
    ...(expired > 0 ? { expiredLogEventEndIndex: expired } : {}),
  };
  return {
    accepted: drafts.slice(Math.max(tooOld, expired), tooNew),
    rejected: Object.keys(rejected).length > 0 ? rejected : undefined,
  };
}

function store(drafts: readonly Draft[], context: CallContext): LogEvent[] {
  const logs = logStore(context);
  return drafts.map((draft) => {
    logs.events += 1;
    return { ...draft, id: String(logs.events).padStart(56, '0'), ingestionMs: Math.floor(context.clock.now()) };
  });
}

/** Sequence tokens are taken and not looked at, as since 2023. */
export const putLogEvents: Action = (input, context) => {
  const group = groupOf(input, context, 'stream');
  const stream = streamOf(group, input);
  const { accepted, rejected } = accept(readDrafts(input), group, context.clock.now());
  const events = store(accepted, context);
  const inOrder = events.length === 0 || (stream.events.at(-1)?.timestampMs ?? 0) <= (events[0]?.timestampMs ?? 0);
  stream.events.push(...events);
  if (!inOrder) stream.events.sort((a, b) => a.timestampMs - b.timestampMs);
  // Cut rarely: moving the array on every batch would cost more than the batches.
  if (stream.events.length > MAX_STORED_EVENTS * 1.25) stream.events = stream.events.slice(-MAX_STORED_EVENTS);
  stream.lastIngestionMs = Math.floor(context.clock.now());
  for (const event of events) recordEmbeddedMetrics(event.message, event.timestampMs, context);
  return {
    nextSequenceToken: String(logStore(context).events).padStart(56, '0'),
    ...(rejected === undefined ? {} : { rejectedLogEventsInfo: rejected }),
  };
};

const keyOf = ({ timestampMs, id }: LogEvent) => `${String(timestampMs).padStart(16, '0')}.${id}`;

/** `f/KEY` goes on after the event of that key, `b/KEY` before it. */
function readToken(token: string | undefined): { forward: boolean; key: string } | undefined {
  if (token === undefined) return undefined;
  const [, direction, key] = /^([fb])\/(\d{16}\.\d{56})$/.exec(token) ?? [];
  if (key === undefined) throw invalid('The specified nextToken is invalid.');
  return { forward: direction === 'f', key };
}

/**
 * Both tokens are always there; at an end the same one comes back, and that is how a reader knows.
 */
export const getLogEvents: Action = (input, context) => {
  const stream = streamOf(groupByNameOrIdentifier(input, context, 'stream'), input);
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

/** Adds a line that a container wrote; group and stream come to be with the first one. */
export function appendLogLine(context: CallContext, group: string, stream: string, message: string): void {
  const { groups } = logStore(context);
  if (!groups.has(group)) createLogGroup({ logGroupName: group }, context);
  if (groups.get(group)?.streams.has(stream) === false)
    createLogStream({ logGroupName: group, logStreamName: stream }, context);
  // An event has at least one character.
  if (message === '') return;
  const logEvents = [{ timestamp: Math.floor(context.clock.now()), message }];
  putLogEvents({ logGroupName: group, logStreamName: stream, logEvents }, context);
}

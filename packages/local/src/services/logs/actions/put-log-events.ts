import { constraint, readInteger, readStructures, requireString } from '../../../core/input.ts';
import type { Action, CallContext } from '../../../core/service.ts';
import { recordEmbeddedMetrics } from '../../cloudwatch/embedded-metrics.ts';
import { invalid } from '../errors.ts';
import { groupOf, streamOf } from '../find.ts';
import type { LogEvent, LogGroup } from '../store.ts';
import { logStore } from '../store.ts';

// Limits: API reference, PutLogEvents.
const MAX_EVENTS = 10_000;
const MAX_BATCH_BYTES = 1_048_576;
const EVENT_OVERHEAD = 26;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const OLDEST_MS = 14 * DAY_MS;
const NEWEST_MS = 2 * HOUR_MS;

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
  const group = groupOf(input, context);
  const stream = streamOf(group, input, context);
  const { accepted, rejected } = accept(readDrafts(input), group, context.clock.now());
  const events = store(accepted, context);
  const inOrder = events.length === 0 || (stream.events.at(-1)?.timestampMs ?? 0) <= (events[0]?.timestampMs ?? 0);
  stream.events.push(...events);
  if (!inOrder) stream.events.sort((a, b) => a.timestampMs - b.timestampMs);
  stream.lastIngestionMs = Math.floor(context.clock.now());
  for (const event of events) recordEmbeddedMetrics(event.message, event.timestampMs, context);
  return {
    nextSequenceToken: String(logStore(context).events).padStart(56, '0'),
    ...(rejected === undefined ? {} : { rejectedLogEventsInfo: rejected }),
  };
};

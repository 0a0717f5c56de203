import type { CallContext } from '../../core/service.ts';
import { storeKey } from '../../core/stores.ts';

export interface LogEvent {
  /** 56 digits, in the order of arrival. */
  readonly id: string;
  readonly timestampMs: number;
  readonly ingestionMs: number;
  readonly message: string;
}

export interface LogStream {
  readonly name: string;
  readonly arn: string;
  readonly createdMs: number;
  lastIngestionMs: number | undefined;
  /** In the order of their timestamps, those of one timestamp as they came. */
  events: LogEvent[];
}

export interface LogGroup {
  readonly name: string;
  /** Without the `:*` that some answers put behind it. */
  readonly arn: string;
  readonly createdMs: number;
  readonly kmsKeyId: string | undefined;
  readonly logClass: string;
  retentionDays: number | undefined;
  readonly tags: Map<string, string>;
  readonly streams: Map<string, LogStream>;
}

export interface LogStore {
  readonly groups: Map<string, LogGroup>;
  events: number;
}

const STORE = storeKey('logs', (): LogStore => ({ groups: new Map(), events: 0 }));

const DAY_MS = 86_400_000;

/** Drops the events that retention has ended for. */
function expire({ retentionDays, streams }: LogGroup, nowMs: number): void {
  if (retentionDays === undefined) return;
  const oldest = nowMs - retentionDays * DAY_MS;
  for (const stream of streams.values()) {
    const kept = stream.events.findIndex(({ timestampMs }) => timestampMs >= oldest);
    if (kept !== 0 && stream.events.length > 0) stream.events = kept < 0 ? [] : stream.events.slice(kept);
  }
}

/** The log groups of one account and region, as they are now. */
export function logStore({ stores, clock }: CallContext): LogStore {
  const store = stores.get(STORE);
  for (const group of store.groups.values()) expire(group, clock.now());
  return store;
}

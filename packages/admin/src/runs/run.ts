import type { Json } from '../collection.ts';
import type { RunCommand, RunStatus } from './run-status.ts';

/** The record of one run of a task, as data that can be printed, returned and stored. */
export interface Run<R = unknown> {
  readonly id: string;
  /** The task's name. */
  readonly task: string;
  readonly status: RunStatus;
  /** ISO 8601, UTC. Absent before the first leg. */
  readonly startedAt?: string;
  /** Absent while more is to come. */
  readonly endedAt?: string;
  /** Milliseconds of work, over all legs. */
  readonly durationMs: number;
  /** Finds the run's log lines, and those of everything it caused. */
  readonly correlationId: string;
  /** The task's return value; for a collection the counts. */
  readonly result?: R;
  readonly error?: RunError;
}

export interface RunError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/**
 * Where the legs of a run work: in the process that launches it, in the task's function, or as
 * ECS tasks.
 */
export type RunPlace = 'here' | 'lambda' | 'ecs';

/** How far one segment of a collection is. */
export interface SegmentProgress {
  /** Behind the last record that is done; absent before the first. */
  readonly position?: Json;
  /** True when its end is reached. */
  readonly done?: true;
  /** Records looked at. */
  readonly scanned: number;
  /** Records handed to the task. */
  readonly matched: number;
  /** Of those, the ones in quarantine. */
  readonly failed: number;
  /** The token of the leg that wrote this. */
  readonly fence: number;
}

/** Settings of a launch, besides the parameters. */
export interface RunSettings {
  /** Writes are recorded, not made. */
  readonly dryRun?: true;
  /** Pauses after so many records. */
  readonly canary?: number;
  /** Works on the quarantine of this run. */
  readonly retryOf?: string;
}

/** The record of a run as the table of runs has it. */
export interface RunRecord<R = unknown> extends Run<R> {
  readonly shape: 'once' | 'collection' | 'segmented';
  /** As they were given. A secret is `***`. */
  readonly params: { readonly [name: string]: Json | undefined };
  readonly settings: RunSettings;
  readonly on: RunPlace;
  /** Who asked for it, e.g. `ada@laptop` or a schedule's ARN. */
  readonly caller: string;
  readonly release?: string;
  readonly enqueuedAt: string;
  /** The supervisor starts it at this time or later. */
  readonly dueAt?: string;
  /** Legs that have begun. */
  readonly leg: number;
  /** Legs in a row that got no further than the one before. */
  readonly idleLegs: number;
  /** Where the last leg ran, e.g. `lambda orders-prod-backfill`. */
  readonly host?: string;
  /** The fencing token of the last leg. */
  readonly fence: number;
  /** By segment; one entry for a collection in one part, none for a task without one. */
  readonly progress: readonly SegmentProgress[];
  /** Sums over the segments. */
  readonly scanned: number;
  readonly matched: number;
  readonly failed: number;
  /** Records in the collection, where it can count them. */
  readonly total?: number;
  /** Writes that a dry run did not make, by client and method, e.g. `table.put`. */
  readonly writes?: Readonly<Record<string, number>>;
  /** The launch that has not begun yet. */
  readonly launch?: RunLaunch;
  /** Changes of status so far: the number of audit entries. */
  readonly version: number;
}

/** A leg that was asked for on another host. */
export interface RunLaunch {
  readonly at: string;
  /** Launches since the last leg began. */
  readonly attempts: number;
  /** The ARN of the ECS task, or the name of the function. */
  readonly ref?: string;
  /** Why it did not begin, where that is known. */
  readonly failure?: string;
}

/** One line of a run's history. Lines are added, never changed. */
export interface AuditEntry {
  readonly seq: number;
  readonly at: string;
  readonly event: 'enqueued' | 'launched' | 'began' | 'ended' | RunCommand;
  readonly status: RunStatus;
  /** Who did it: a person, a host, the supervisor. */
  readonly by: string;
  readonly detail?: string;
}

/** A record that failed. */
export interface RunFailure {
  readonly key: string;
  readonly at: string;
  readonly position: Json;
  /** Absent for a record that is larger than 64 KiB as JSON. */
  readonly value?: Json;
  readonly error: RunError;
}

/** Milliseconds until the end at the pace so far; `undefined` when it cannot be known. */
export function etaMs({ total, scanned, durationMs, status }: RunRecord): number | undefined {
  if (total === undefined || scanned === 0 || durationMs === 0 || isOver(status)) return undefined;
  return Math.max(0, Math.round(((total - scanned) * durationMs) / scanned));
}

function isOver(status: RunStatus): boolean {
  return status === 'succeeded' || status === 'cancelled' || status === 'errored';
}

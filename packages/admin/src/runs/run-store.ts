import type { LockClient } from '@twelvefold/backing';
import type { Json } from '../collection.ts';
import type {
  AuditEntry,
  RunError,
  RunFailure,
  RunLaunch,
  RunPlace,
  RunRecord,
  RunSettings,
  SegmentProgress,
} from './run.ts';
import type { LegOutcome, RunCommand } from './run-status.ts';

/** A run to be. */
export interface NewRun {
  readonly id: string;
  readonly task: string;
  readonly shape: RunRecord['shape'];
  readonly params: RunRecord['params'];
  readonly settings?: RunSettings;
  readonly on: RunPlace;
  readonly caller: string;
  readonly release?: string;
  readonly correlationId: string;
  readonly total?: number;
  /** Puts off the start. @defaultValue now */
  readonly dueAt?: string;
}

/** A leg that begins. */
export interface NewLeg {
  readonly token: number;
  readonly host: string;
}

/** A checkpoint: everything that a leg has to say. */
export interface Checkpoint {
  readonly token: number;
  readonly progress: readonly SegmentProgress[];
  readonly durationMs: number;
  readonly total?: number | undefined;
  /** Writes that a dry run did not make. */
  readonly writes?: Readonly<Record<string, number>> | undefined;
}

/** How a leg ended. */
export interface LegEnd extends Checkpoint {
  readonly outcome: LegOutcome;
  /** Why, in a few words. */
  readonly detail?: string | undefined;
  readonly result?: unknown;
  readonly error?: RunError | undefined;
}

interface Call {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The records of runs. Every change is conditional: on the record's version for a change of status,
 * on the leg's fencing token for a checkpoint.
 */
export interface RunStore {
  /** Puts the record, unless one of this id exists: that one is returned then. */
  create(run: NewRun, options?: Call): Promise<{ readonly run: RunRecord; readonly created: boolean }>;
  /** The newest state of a run. @throws TwelvefoldError `RUN_NOT_FOUND` */
  get(id: string, options?: Call): Promise<RunRecord>;
  /** The runs of a task, newest first. @defaultValue limit 20 */
  list(task: string, options?: Call & { readonly limit?: number }): Promise<RunRecord[]>;
  /** Every run that is due and not settled, oldest first. */
  active(options?: Call & { readonly dueBy?: string }): AsyncIterable<RunRecord>;
  /** The history of a run, oldest first. */
  audit(id: string, options?: Call): AsyncIterable<AuditEntry>;
  /** @throws TwelvefoldError `RUN_REFUSED` when the status does not allow it */
  command(id: string, command: RunCommand, by: string, options?: Call & { readonly on?: RunPlace }): Promise<RunRecord>;
  /** Notes a launch on another host. @returns `undefined` when another process was faster */
  launch(run: RunRecord, launch: RunLaunch, by: string, options?: Call): Promise<RunRecord | undefined>;
  /** Adds where the launch went, or why it failed. Does nothing when its leg has begun. */
  launchedAs(run: RunRecord, outcome: Pick<RunLaunch, 'ref' | 'failure'>, options?: Call): Promise<void>;
  /**
   * Ends a run whose legs cannot go on. @returns the record as it is, when it has changed
   * meanwhile
   */
  giveUp(run: RunRecord, error: RunError, by: string, options?: Call): Promise<RunRecord>;
  /**
   * Begins a leg; saved positions stay as they are. @throws TwelvefoldError `LOCK_LOST` for a
   * token that is too old
   */
  begin(id: string, leg: NewLeg, options?: Call): Promise<RunRecord>;
  /**
   * Saves positions and counts, and returns the newest state. @throws TwelvefoldError `LOCK_LOST`
   * when another leg has begun
   */
  checkpoint(id: string, checkpoint: Checkpoint, options?: Call): Promise<RunRecord>;
  /** Ends a leg. @throws TwelvefoldError `LOCK_LOST` when another leg has begun */
  end(id: string, end: LegEnd, options?: Call): Promise<RunRecord>;
  /** Puts a record into quarantine; the same position once. */
  addFailure(id: string, failure: Omit<RunFailure, 'key'>, options?: Call): Promise<void>;
  /** The quarantine of a run, oldest first, behind the failure with the key `after`. */
  failures(id: string, options?: Call & { readonly after?: string | undefined }): AsyncIterable<RunFailure>;
  /** Takes a record out of quarantine. */
  resolveFailure(id: string, position: Json, options?: Call): Promise<void>;
  /** How long a leg may go without a renewal of its lease. */
  readonly leaseMs: number;
  /** Locks on the same table, which name `component` as their holder. */
  locks(component: string): LockClient;
  /** The next fencing token of a task that may run several times at once. */
  nextToken(task: string, options?: Call): Promise<number>;
}

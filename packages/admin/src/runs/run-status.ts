import { TwelvefoldError } from '@twelvefold/core';

/** Every status of a run. */
export const RUN_STATUSES = [
  'enqueued',
  'running',
  'pausing',
  'paused',
  'cancelling',
  'cancelled',
  'interrupted',
  'succeeded',
  'errored',
] as const;

/**
 * - `enqueued`: the record exists, no leg has begun.
 * - `running`: a leg works, or died a moment ago.
 * - `pausing`, `cancelling`: asked for; the leg stops behind the record it works on.
 * - `paused`: goes on when a person says so.
 * - `interrupted`: stopped at a deadline or a shutdown; the supervisor goes on with it.
 * - `cancelled`, `succeeded`: the end.
 * - `errored`: the end, unless a person resumes it.
 */
export type RunStatus = (typeof RUN_STATUSES)[number];

/** A status after which nothing happens by itself. */
export function isSettled(status: RunStatus): boolean {
  return status === 'paused' || status === 'cancelled' || status === 'succeeded' || status === 'errored';
}

/** A request of a person to a run. */
export type RunCommand = 'pause' | 'resume' | 'cancel';

const COMMANDS: Readonly<Record<RunCommand, { readonly [S in RunStatus]?: RunStatus }>> = {
  pause: {
    enqueued: 'paused',
    running: 'pausing',
    pausing: 'pausing',
    paused: 'paused',
    interrupted: 'paused',
  },
  resume: {
    enqueued: 'enqueued',
    running: 'running',
    pausing: 'running',
    paused: 'enqueued',
    interrupted: 'enqueued',
    errored: 'enqueued',
  },
  cancel: {
    enqueued: 'cancelled',
    running: 'cancelling',
    pausing: 'cancelling',
    cancelling: 'cancelling',
    paused: 'cancelled',
    interrupted: 'cancelled',
    cancelled: 'cancelled',
  },
};

/**
 * The status after a command.
 *
 * @throws TwelvefoldError `RUN_REFUSED` for a command that the status does not allow.
 */
export function afterCommand(status: RunStatus, command: RunCommand, subject: string): RunStatus {
  const next = COMMANDS[command][status];
  if (next !== undefined) return next;
  const allowed = Object.keys(COMMANDS[command]).join(', ');
  throw new TwelvefoldError(
    'RUN_REFUSED',
    `Cannot ${command} run ${subject}: it is ${status}; this takes one that is ${allowed}`,
  );
}

/**
 * How a leg ended: `done` with every record, `failed`, `yielded` at its deadline or a shutdown,
 * `paused` by its operator or after a canary.
 */
export type LegOutcome = 'done' | 'failed' | 'yielded' | 'paused';

/** The status after a leg, from the status that the record has by then. */
export function afterLeg(status: RunStatus, outcome: LegOutcome): RunStatus {
  if (outcome === 'done') return 'succeeded';
  if (outcome === 'failed') return 'errored';
  if (status === 'cancelling') return 'cancelled';
  if (status === 'pausing' || outcome === 'paused') return 'paused';
  return 'interrupted';
}

/**
 * Whether a leg may begin. `running`, `pausing` and `cancelling` are those of a leg that has
 * died.
 */
export function mayBegin(status: RunStatus): boolean {
  return !isSettled(status);
}

/** The status as a leg begins: a request that its predecessor did not live to see stays. */
export function asLegBegins(status: RunStatus): RunStatus {
  return status === 'pausing' || status === 'cancelling' ? status : 'running';
}

import { hash } from 'node:crypto';
import type { Clock } from '@twelvefold/core';
import { UsageError } from '@twelvefold/core/internal';
import type { Json } from '../collection.ts';
import type { RunPlace, RunSettings } from '../runs/run.ts';
import type { NewRun } from '../runs/run-store.ts';
import { MASKED, secretsOf } from '../secret-params.ts';
import type { AnyTask } from '../task.ts';
import { isCollectionTask } from '../task.ts';
import { validateParams } from '../validate-params.ts';

export interface LaunchOptions {
  readonly on: RunPlace;
  /** Who asks for it. */
  readonly caller: string;
  readonly settings?: RunSettings | undefined;
  /** Identifies the deployed code, e.g. a commit. Needed by `oncePerRelease`. */
  readonly release?: string | undefined;
  readonly correlationId?: string | undefined;
  /** The schedule's ARN and the time that it was due: one run per tick. */
  readonly tick?: { readonly scheduleArn: string; readonly scheduledTime: string } | undefined;
  readonly clock: Pick<Clock, 'now'>;
  /** @defaultValue a random UUID */
  readonly newId?: () => string;
}

/** A record holds at most 400 KB, positions included. */
const MAX_PARAMS_BYTES = 100_000;

/**
 * The record of a run to be, from the parameters as they were given, and the secrets among them,
 * which the record does not have.
 *
 * @throws ParamsInvalid for parameters that do not fit; UsageError for a task that runs once per
 * release without a release, for parameters that are too large, and for a canary of a task
 * without a collection.
 */
export async function newRun(
  task: AnyTask,
  given: Readonly<Record<string, unknown>>,
  options: LaunchOptions,
): Promise<{ readonly run: NewRun; readonly secrets: Readonly<Record<string, unknown>> }> {
  await validateParams(task, given);
  const { on, caller, settings, release, tick } = options;
  if (settings?.canary !== undefined && !isCollectionTask(task)) {
    throw new UsageError(
      `Cannot run task '${task.name}' with --canary: it does its work in one call, so nothing could stop it after ${settings.canary} records; try --dry-run`,
    );
  }
  const secrets = secretsOf(task, given);
  const shown = Object.entries(given).map(([name, value]) => [name, Object.hasOwn(secrets, name) ? MASKED : value]);
  const text = JSON.stringify(Object.fromEntries(shown));
  if (Buffer.byteLength(text) > MAX_PARAMS_BYTES) {
    throw new UsageError(
      `Cannot run task '${task.name}': its parameters have ${Buffer.byteLength(text)} bytes as JSON; a record holds ${MAX_PARAMS_BYTES}. Put them in a file or an object, and pass its name`,
    );
  }
  return {
    run: {
      id: idOf(task, options),
      task: task.name,
      shape: shapeOf(task),
      params: JSON.parse(text) as Record<string, Json>,
      ...(settings && Object.keys(settings).length > 0 && { settings }),
      on,
      caller: tick?.scheduleArn ?? caller,
      ...(release !== undefined && { release }),
      correlationId: options.correlationId ?? globalThis.crypto.randomUUID(),
    },
    secrets,
  };
}

function shapeOf(task: AnyTask): NewRun['shape'] {
  if (!isCollectionTask(task)) return 'once';
  return (task.segments ?? 1) > 1 ? 'segmented' : 'collection';
}

/**
 * The id decides what is one run: a release, a tick of a schedule, or this launch. It begins with
 * the task's name, so that people recognize it.
 */
function idOf({ name, oncePerRelease }: AnyTask, { release, tick, settings, clock, newId }: LaunchOptions): string {
  if (tick) return `${name}-${short(`${tick.scheduleArn}\n${tick.scheduledTime}`)}`;
  // A trial, or another go at what failed, does not count as the one run.
  if (oncePerRelease && settings?.dryRun !== true && settings?.retryOf === undefined) {
    if (release) return `${name}-${short(release)}`;
    throw new UsageError(
      `Cannot run task '${name}': it runs once per release, and the release is not known; set TWELVEFOLD_RELEASE, e.g. to the commit`,
    );
  }
  const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '');
  return `${name}-${day}-${short(newId?.() ?? globalThis.crypto.randomUUID())}`;
}

const short = (text: string) => hash('sha256', text, 'hex').slice(0, 12);

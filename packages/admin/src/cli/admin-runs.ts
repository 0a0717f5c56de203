import type { Aws } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import type { EcsPlace } from '../launch/ecs.ts';
import type { RunRecord } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { AnyTask } from '../task.ts';

/** A leg in this process. */
export interface LegHere {
  readonly run: string;
  readonly secrets: Readonly<Record<string, unknown>>;
  onProgress(run: RunRecord): void;
}

/** The part of an app that its command line needs for runs. */
export interface AdminRuns<T extends AnyTask = AnyTask> {
  readonly store: RunStore;
  readonly aws: Aws;
  readonly clock: Clock;
  /** Names the person and the machine. */
  readonly caller: string;
  readonly release: string | undefined;
  readonly stage: string;
  /** Whether a launch wants a typed confirmation. */
  readonly production: boolean;
  /** Aborts at the first Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Aborts at SIGTERM: what the platform sends. */
  readonly drained: AbortSignal;
  /** Works on a run in this process. */
  leg(task: T, leg: LegHere): Promise<RunRecord>;
  /** The number of records of a task over a collection, where it can count them. */
  count(task: T, params: Readonly<Record<string, unknown>>): Promise<number | undefined>;
  /** The function of a task. */
  functionOf(task: string): string;
  /** Where ECS tasks run; `undefined` when the environment does not name it. */
  readonly ecs: EcsPlace | undefined;
  /** Asks for a line of text. `undefined` where no person can answer. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

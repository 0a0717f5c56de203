import type { Pace } from '@twelvefold/admin/internal';
import { countCapacity } from '@twelvefold/admin/internal';
import type { Aws } from '@twelvefold/aws';
import type { TaskComponent } from '../component.ts';

/** The port of a task's clients, which counts towards the pace of the leg that is at work. */
export interface CountedPort {
  readonly aws: Aws;
  /** The pace that consumed capacity counts towards from now on. */
  use(pace: Pick<Pace, 'consumed' | 'throttled'>): void;
}

/**
 * Counts consumed capacity where the task has a limit of it; other tasks have the port as it is.
 */
export function countedPort(aws: Aws, { policy }: TaskComponent): CountedPort {
  if (policy.throttle === undefined) return { aws, use: () => {} };
  let pace: Pick<Pace, 'consumed' | 'throttled'> | undefined;
  return {
    aws: countCapacity(aws, () => pace),
    use: (next) => {
      pace = next;
    },
  };
}

import type { AppIdentity } from './component.ts';

/** The key of the app's table of runs; `undefined` for an app whose tasks have no records. */
export function runsKey({ backing }: Pick<AppIdentity, 'backing'>): string | undefined {
  return Object.keys(backing).find((key) => backing[key]?.kind === 'task-runs');
}

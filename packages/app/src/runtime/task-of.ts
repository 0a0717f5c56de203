import type { AnyTask } from '@twelvefold/admin/internal';
import type { TaskComponent } from '../component.ts';

/**
 * A task component as the runner's task: its handler takes exactly the context that the
 * runtime makes for it.
 */
export function taskOf({ name, params, description, policy, over, handler }: TaskComponent): AnyTask {
  const base = {
    kind: 'task' as const,
    name,
    params,
    ...(description === undefined ? {} : { description }),
    ...policy,
  };
  // The runner validated the params with this very schema, and the runtime made this very context.
  if (over) return { ...base, over: (input, ctx) => over(input, ctx), each: (record, ctx) => handler(record, ctx) };
  return { ...base, run: (input, ctx) => handler(input as never, ctx as never) };
}

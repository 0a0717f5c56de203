import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { TaskDefinition } from '@twelvefold/admin';
import type { TaskComponent } from '../component.ts';
import type { Context } from '../context.ts';
import type { Clients } from './open-clients.ts';

/** A task component as the runner knows tasks: its handler takes exactly the context that the runtime makes for it. */
export function taskOf(component: TaskComponent): TaskDefinition<StandardSchemaV1, unknown, Context<unknown, Clients>> {
  const { name, params, description, handler } = component;
  return {
    kind: 'task',
    name,
    params,
    ...(description === undefined ? {} : { description }),
    // The runner validated the params with this very schema, and the runtime made this very context.
    run: (input, ctx) => handler(input as never, ctx as never),
  };
}

import type { Component } from '../component.ts';

/** @throws TypeError listing components that cannot run together in a service of `app`. */
export function assertComponents(app: unknown, components: readonly Component[]): void {
  const faults = components.flatMap((component, index) => [
    ...(component.app === app ? [] : [`'${component.name}' belongs to another app`]),
    ...(component.kind === 'task' ? [`'${component.name}' is a task: run it with admin()`] : []),
    ...(components.findIndex(({ name }) => name === component.name) < index
      ? [`'${component.name}' is listed twice; a queue has one consumer`]
      : []),
  ]);
  if (components.length === 0) faults.push('there are no components');
  if (components.filter(({ kind }) => kind === 'http').length > 1)
    faults.push('there are two HTTP fronts for one port');
  if (faults.length > 0) throw new TypeError(`Cannot run the service: ${faults.join('; ')}`);
}

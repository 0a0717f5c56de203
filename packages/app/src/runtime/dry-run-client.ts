import type { Definition } from '@twelvefold/backing';
import type { DryRunMethod, Opened } from '@twelvefold/backing/internal';
import { actionsOf, kindOf } from '@twelvefold/backing/internal';
import { unknownResult } from '@twelvefold/core/internal';

/** Actions that change nothing. */
const READS = /:(BatchGet|ConditionCheck|Describe|Get|Head|List|Query|Scan)/;

/**
 * A client with all methods of its kind, whose writes are recorded instead of made. Other clients
 * of the task, such as a library that it opens itself, are out of reach.
 *
 * @param wrote - receives the method of each write
 */
export function dryRunClient(
  key: string,
  definition: Definition,
  opened: Pick<Opened<unknown>, 'client' | 'dryRun'>,
  wrote: (method: string) => void,
): object {
  if (opened.dryRun) return opened.dryRun(wrote) as object; // as `client`, which is one
  const client = opened.client as object;
  const wrapped = Object.entries(dryRunMethods(definition)).map(([name, part]): [string, unknown] => {
    const method: unknown = Reflect.get(client, name);
    if (typeof method !== 'function') return [name, method];
    if (part === 'pass') return [name, method.bind(client)];
    const recorded = async () => {
      wrote(name);
      if (part === 'done') return undefined;
      return part === 'unknown' ? unknownResult(`${key}.${name}()`) : part.answer;
    };
    return [name, recorded];
  });
  return Object.fromEntries(wrapped);
}

/**
 * The part of each method of a kind: as the kind has it, otherwise by the actions of the accesses
 * that have it. A method of an access without actions may write: IAM does not know it.
 */
function dryRunMethods(definition: Definition): Record<string, DryRunMethod> {
  const { accesses, dryRun = {} } = kindOf(definition);
  const methods: Record<string, DryRunMethod> = {};
  for (const [access, { methods: names, sumOf }] of Object.entries(accesses)) {
    if (sumOf !== undefined) continue; // its parts have the same methods
    const actions = actionsOf(definition, access);
    const reads = actions.length > 0 && actions.every((action) => READS.test(action));
    for (const name of names) methods[name] = reads ? (methods[name] ?? 'pass') : 'unknown';
  }
  return { ...methods, ...dryRun };
}

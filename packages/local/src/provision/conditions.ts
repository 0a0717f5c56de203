import type { Scope } from './intrinsics.ts';
import { resolveIntrinsics, text } from './intrinsics.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The template's conditions, evaluated when asked for. They may look at parameters, mappings and each other, not at resources.
 *
 * @throws Error from the returned function for a condition that does not exist, that refers to itself, or that is not one.
 */
export function createConditions(conditions: Fields, scope: Omit<Scope, 'condition'>): (name: string) => boolean {
  const known = new Map<string, boolean>();
  const open = new Set<string>();

  function byName(name: string): boolean {
    const evaluated = known.get(name);
    if (evaluated !== undefined) return evaluated;
    if (!Object.hasOwn(conditions, name)) throw new Error(`the template has no condition ${name}`);
    if (open.has(name)) throw new Error(`the condition ${name} refers to itself (${[...open, name].join(' -> ')})`);
    open.add(name);
    const result = evaluate(conditions[name], name);
    open.delete(name);
    known.set(name, result);
    return result;
  }

  const full: Scope = { ...scope, condition: byName };

  function evaluate(value: unknown, at: string): boolean {
    const [entry, ...others] = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    const operands = (): boolean[] => {
      if (!Array.isArray(entry?.[1]))
        throw new Error(`Cannot evaluate the condition ${at}: ${entry?.[0]} takes a list`);
      return entry[1].map((item) => evaluate(item, at));
    };
    if (entry !== undefined && others.length === 0) {
      const [name, argument] = entry;
      if (name === 'Condition') return byName(text(argument, `the condition named in ${at}`));
      if (name === 'Fn::Not') return operands()[0] === false;
      if (name === 'Fn::And') return operands().every(Boolean);
      if (name === 'Fn::Or') return operands().some(Boolean);
      if (name === 'Fn::Equals' && Array.isArray(argument) && argument.length === 2) {
        const [left, right] = argument.map((side) => resolveIntrinsics(side, full, `Conditions.${at}`));
        return text(left, 'each side of Fn::Equals') === text(right, 'each side of Fn::Equals');
      }
    }
    throw new Error(
      `Cannot evaluate the condition ${at}: it must be Fn::Equals with two values, Fn::And, Fn::Or, Fn::Not or Condition`,
    );
  }

  return byName;
}

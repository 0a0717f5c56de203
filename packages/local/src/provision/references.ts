import { intrinsicOf, SUB_PLACEHOLDER } from './intrinsics.ts';

function inSub(argument: unknown): string[] {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof template !== 'string') return [];
  const own = new Set(Object.keys(variables ?? {}));
  return [...template.matchAll(SUB_PLACEHOLDER)].flatMap(([, literal, written = '']) => {
    const name = written.trim();
    return literal === '!' || own.has(name) ? [] : [name.split('.')[0] ?? name];
  });
}

/** Logical ids, parameters and pseudo parameters that `value` refers to, of an `Fn::If` only in the branch that counts. */
export function references(value: unknown, condition: (name: string) => boolean): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => references(item, condition));
  if (typeof value !== 'object' || value === null) return [];
  const name = intrinsicOf(value);
  const argument = name === undefined ? undefined : Object.values(value)[0];
  if (name === 'Ref' && typeof argument === 'string') return [argument];
  if (name === 'Fn::GetAtt' && typeof argument === 'string') return [argument.split('.')[0] ?? argument];
  if (name === 'Fn::GetAtt' && Array.isArray(argument) && typeof argument[0] === 'string') {
    return [argument[0], ...references(argument.slice(1), condition)];
  }
  if (name === 'Fn::Sub')
    return [...inSub(argument), ...(Array.isArray(argument) ? references(argument[1], condition) : [])];
  if (name === 'Fn::If' && Array.isArray(argument) && typeof argument[0] === 'string') {
    return references(argument[condition(argument[0]) ? 1 : 2], condition);
  }
  return Object.values(value).flatMap((item) => references(item, condition));
}

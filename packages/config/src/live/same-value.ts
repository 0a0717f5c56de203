import { nodeUtil } from '../node-util.ts';
import { Secret } from '../secret.ts';

/** Whether two loaded values are the same, secrets by what they hold: `isDeepStrictEqual` would call any two secrets equal. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (Secret.isInstance(one) && Secret.isInstance(other)) return sameValue(one.reveal(), other.reveal());
  if (!isContainer(one) || !isContainer(other) || Array.isArray(one) !== Array.isArray(other)) {
    return nodeUtil().isDeepStrictEqual(one, other);
  }
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameValue(one[key], other[key]))
  );
}

function isContainer(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

import { isDeepStrictEqual } from 'node:util';

function normalised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalised);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normalised(item)]));
  }
  // Endpoints differ in whether a redrive policy's maxReceiveCount is 5 or "5".
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

function parsed(text: string): unknown {
  try {
    return normalised(JSON.parse(text));
  } catch {
    return text;
  }
}

/** Whether two attribute values say the same: as text, or as JSON whatever its spacing and the order of its keys. */
export const sameJson = (left: string | undefined, right: string | undefined) =>
  left === right || (left !== undefined && right !== undefined && isDeepStrictEqual(parsed(left), parsed(right)));

/** The entries of `wanted` that `current` does not have. */
export function differing(
  wanted: Readonly<Record<string, string>>,
  current: Readonly<Record<string, unknown>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => {
      const now = current[name];
      return !sameJson(value, now === undefined ? undefined : String(now));
    }),
  );
}

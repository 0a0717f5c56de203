import { Secret } from '../secret.ts';

/** Freezes plain objects and arrays to their depth, secrets' contents included. Dates, maps and the like stay as they are. */
export function freeze(value: unknown, seen = new Set<unknown>()): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (Secret.isInstance(value)) {
    freeze(value.reveal(), seen);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && !Array.isArray(value)) return;
  // Not stopped by an object that is frozen already: z.readonly() freezes one level.
  Object.freeze(value);
  for (const child of Object.values(value)) freeze(child, seen);
}

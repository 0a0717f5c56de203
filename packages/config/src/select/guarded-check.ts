import type { $ZodCheck, ParsePayload } from 'zod/v4/core';

/** Thrown by a key that is not loaded. */
const NOT_LOADED = Symbol('twelvefold.config.notLoaded');

/**
 * A check that counts only if it reads none of the `missing` paths. While it runs, these are
 * properties that throw: a rule that reads one of them, or lists or copies the object, is skipped,
 * as the keys of the rule are not all loaded.
 */
export function guardedCheck(check: $ZodCheck<never>, missing: readonly (readonly string[])[]): $ZodCheck<never> {
  const guarded = (payload: ParsePayload): void | Promise<void> => {
    const issues = payload.issues.length;
    const release = addTraps(payload.value, missing);
    const skipped = (error: unknown) => {
      if (error !== NOT_LOADED) throw error;
      payload.issues.length = issues;
    };
    try {
      const result = check._zod.check(payload as ParsePayload<never>);
      if (result instanceof Promise) return result.catch(skipped).finally(release);
    } catch (error) {
      skipped(error);
    }
    release();
    return undefined;
  };
  const internals = Object.create(check._zod, { check: { value: guarded } });
  return Object.create(check, { _zod: { value: internals } });
}

function addTraps(value: unknown, missing: readonly (readonly string[])[]): () => void {
  const added: Array<readonly [object, string]> = [];
  for (const path of missing) {
    let at = value;
    for (const segment of path) {
      if (typeof at !== 'object' || at === null) break;
      const property = Object.getOwnPropertyDescriptor(at, segment);
      if (property === undefined) {
        // Enumerable, so that a rule that lists or copies the object reads it.
        Object.defineProperty(at, segment, { configurable: true, enumerable: true, get: notLoaded });
        added.push([at, segment]);
        break;
      }
      at = property.value; // undefined for a trap of a path before
    }
  }
  return () => {
    for (const [object, name] of added) Reflect.deleteProperty(object, name);
  };
}

function notLoaded(): never {
  throw NOT_LOADED;
}

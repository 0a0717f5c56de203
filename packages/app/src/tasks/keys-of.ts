import type { Backing } from '../context.ts';

/** The keys of the resources of a kind, e.g. `KeysOf<B, 'queue'>`. */
export type KeysOf<B extends Backing, Kind extends string> = {
  [K in keyof B]: B[K] extends { readonly kind: Kind } ? K : never;
}[keyof B] &
  string;

/** @throws TypeError for a key that is not of this kind, for callers without types */
export function assertKeyOf(task: string, { backing }: { readonly backing: Backing }, key: string, kind: string): void {
  const found = backing[key];
  if (found?.kind === kind) return;
  const keys = Object.keys(backing).filter((one) => backing[one]?.kind === kind);
  const reason = found === undefined ? 'is not in backing' : `is a ${found.kind}`;
  throw new TypeError(
    `Cannot define task '${task}': '${key}' ${reason}; it takes the key of a ${kind}${keys.length > 0 ? `: ${keys.join(', ')}` : ''}`,
  );
}

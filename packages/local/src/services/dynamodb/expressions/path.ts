import type { Attributes, AttributeValue } from '../values/attribute-value.ts';

/** A place in an item: attribute names and list indexes, the first an attribute's name. */
export type Path = readonly [string, ...ReadonlyArray<string | number>];

/** The value at `path`, if there is one. */
export function valueAt(item: Attributes, path: Path): AttributeValue | undefined {
  const [first, ...rest] = path;
  let value: AttributeValue | undefined = item[first];
  for (const step of rest) {
    if (value === undefined) return undefined;
    if (typeof step === 'number') value = 'L' in value ? value.L[step] : undefined;
    else value = 'M' in value ? value.M[step] : undefined;
  }
  return value;
}

/** As AWS's messages show a path: `[a, [0], b]`. */
export function showPath(path: Path): string {
  return `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;
}

/**
 * How two paths of one expression get in each other's way: one is the other or lies in it (`overlap`), or they want the same
 * value to be a list and a map (`conflict`).
 */
export function clashOf(left: Path, right: Path): 'overlap' | 'conflict' | undefined {
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [mine, other] = [left[index], right[index]];
    if (typeof mine !== typeof other) return 'conflict';
    if (mine !== other) return undefined;
  }
  return 'overlap';
}

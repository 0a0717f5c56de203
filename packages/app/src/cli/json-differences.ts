import { isDeepStrictEqual } from 'node:util';

/** One place where two JSON values differ; `was` is absent for what is new, `is` for what is gone. */
export interface JsonDifference {
  /** e.g. `components[orders].grants[table].actions`. */
  readonly path: string;
  readonly was?: unknown;
  readonly is?: unknown;
}

/** What names an item of a list: its place says little to whoever reads a difference. */
const IDENTITIES = ['key', 'name', 'resource'];

/** Where `is` differs from `was`; items of lists are told apart by what names them. Key order does not count. */
export function jsonDifferences(was: unknown, is: unknown, path = ''): JsonDifference[] {
  if (isDeepStrictEqual(was, is)) return [];
  if (isRecord(was) && isRecord(is)) return recordDifferences(was, is, (key) => (path === '' ? key : `${path}.${key}`));
  if (Array.isArray(was) && Array.isArray(is)) {
    const [wasByName, isByName] = [byName(was), byName(is)];
    if (wasByName && isByName) {
      const found = recordDifferences(wasByName, isByName, (name) => `${path}[${name}]`);
      // The same items in another order: only the order is left to tell.
      return found.length > 0 ? found : [{ path, was: Object.keys(wasByName), is: Object.keys(isByName) }];
    }
  }
  return [{ path, was, is }];
}

type JsonRecord = Readonly<Record<string, unknown>>;

function recordDifferences(was: JsonRecord, is: JsonRecord, pathOf: (key: string) => string): JsonDifference[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((key): JsonDifference[] => {
    const path = pathOf(key);
    if (!Object.hasOwn(is, key)) return [{ path, was: was[key] }];
    if (!Object.hasOwn(was, key)) return [{ path, is: is[key] }];
    return jsonDifferences(was[key], is[key], path);
  });
}

/** A list as a record of its items by name, a text being its own; `undefined` when they have none or share one. */
function byName(items: readonly unknown[]): JsonRecord | undefined {
  const nameOf = (item: unknown) => {
    if (isRecord(item)) return IDENTITIES.map((key) => item[key]).find((name) => typeof name === 'string');
    return typeof item === 'string' ? item : undefined;
  };
  const entries = items.map((item): [unknown, unknown] => [nameOf(item), item]);
  const names = new Set(entries.map(([name]) => name));
  return names.has(undefined) || names.size < items.length ? undefined : Object.fromEntries(entries);
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

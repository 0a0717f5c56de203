import { isDeepStrictEqual } from 'node:util';

/**
 * One place where two JSON values differ; `was` is absent for what is new, `is` for what is gone.
 */
export interface JsonDifference {
  /** e.g. `components[orders].grants[table].actions`. */
  readonly path: string;
  readonly was?: unknown;
  readonly is?: unknown;
}

/** Fields that identify an item of a list. Its position would mean little to a reader. */
const IDENTITIES = ['key', 'name', 'resource'];

/**
 * Where `is` differs from `was`. Items of lists are matched by their identity; the order of keys
 * does not count.
 */
export function jsonDifferences(was: unknown, is: unknown, path = ''): JsonDifference[] {
  if (isDeepStrictEqual(was, is)) return [];
  if (isRecord(was) && isRecord(is)) return recordDifferences(was, is, (key) => (path === '' ? key : `${path}.${key}`));
  if (Array.isArray(was) && Array.isArray(is)) {
    const [wasByName, isByName] = [byName(was), byName(is)];
    if (wasByName && isByName) {
      const found = recordDifferences(wasByName, isByName, (name) => `${path}[${name}]`);
      // The same items in another order: only the order differs.
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

/**
 * A list as a record of its items by name, a text being its own; `undefined` when they have none or
 * share one.
 */
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

/** Characters of a value that are shown. */
const LONGEST = 100;

/** One difference as one line: `~ resources[orders].visibilitySeconds: 30 -> 60`. */
export function differenceLine(difference: JsonDifference): string {
  const { path, was, is } = difference;
  if (!('is' in difference)) return `- ${path}${behind(path, was)}`;
  if (!('was' in difference)) return `+ ${path}${behind(path, is)}`;
  return `~ ${path}: ${brief(was)} -> ${brief(is)}`;
}

/** The value, unless the path ends in it. */
function behind(path: string, value: unknown): string {
  return path.endsWith(`[${value}]`) ? '' : `: ${brief(value)}`;
}

function brief(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}

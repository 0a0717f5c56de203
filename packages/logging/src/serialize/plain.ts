import type { Redactor } from '../redact/redactor.ts';
import { REDACTED } from '../redact/redactor.ts';
import type { Locate } from './error-fields.ts';
import { errorFields } from './error-fields.ts';
import type { SerializeLimits } from './limits.ts';

type Pair = readonly [key: string, read: () => unknown];

export interface PlainOptions {
  redactor: Redactor;
  limits: SerializeLimits;
  locate: Locate;
  /** Powertools' own hook: sees each value before the rules here. */
  replacer?: ((key: string, value: unknown) => unknown) | undefined;
  /** Characters that the whole result may hold; what comes later is cut. */
  budget: number;
}

const UNREADABLE = '[unreadable]';
const TRUNCATED = '[truncated]';
const LONGEST_KEY = 512;
/** Never copied, so that no line can change a prototype; Powertools leaves out the same two. */
const UNSAFE_KEYS = new Set(['__proto__', 'constructor']);

/**
 * A copy of `fields` that `JSON.stringify` turns into one safe line: redacted, bounded, without
 * cycles, getters or `toJSON`. Never throws, whatever the values do when they are read.
 *
 * Follows Powertools where it has a rule: circular members are left out, BigInt becomes a string,
 * an error becomes name, location, message, stack and cause. Beyond it: Map and Set become object
 * and array, an AggregateError keeps its errors, binary data becomes its size.
 */
export function toPlain(fields: Record<string, unknown>, options: PlainOptions): Record<string, unknown> {
  const { redactor, limits, locate, replacer } = options;
  const ancestors: object[] = [];
  let budget = options.budget;

  function text(value: string): string {
    if (budget <= 0) return TRUNCATED;
    const limit = Math.min(limits.stringLength, budget);
    const { clean, more } = cleanHead(value, limit, redactor);
    budget -= Math.min(clean.length, limit);
    return more === 0 ? clean : `${clean.toWellFormed()}... [${more} more characters]`;
  }

  function convert(key: string, input: unknown): unknown {
    const value = replacer ? replacer(key, input) : input;
    if (value === undefined || value === null) return value;
    if (redactor.isSensitive(key, value)) return REDACTED;
    switch (typeof value) {
      case 'string':
        return text(value);
      case 'number':
        if (!Number.isFinite(value)) return null;
        return numeric(value, String(value));
      case 'bigint':
        return text(String(value));
      case 'boolean':
        return value;
      case 'object':
        return convertObject(key, value, true);
      default:
        return undefined; // Functions and symbols, as in JSON.
    }
  }

  function numeric(value: number, digits: string): number | string {
    budget -= digits.length;
    return redactor.text(digits) === digits ? value : REDACTED;
  }

  function convertObject(key: string, value: object, withToJson: boolean): unknown {
    if (ancestors.includes(value)) return undefined;
    if (budget <= 0) return TRUNCATED;
    ancestors.push(value);
    try {
      // The line itself is the first ancestor, this value the last.
      const tooDeep = ancestors.length > limits.depth + 1;
      if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
        return text(`[${nameOf(value)}: ${value.byteLength} bytes]`);
      }
      if (withToJson && 'toJSON' in value && typeof value.toJSON === 'function') {
        const json: unknown = value.toJSON(key);
        // JSON calls toJSON once only; an object may return itself.
        if (json === value) ancestors.pop();
        const result = typeof json === 'object' && json !== null ? convertObject(key, json, false) : convert(key, json);
        if (json === value) ancestors.push(value);
        return result;
      }
      if (isError(value)) {
        return tooDeep ? text(`${value.name}: ${value.message}`) : entries(errorFields(value, locate));
      }
      if (value instanceof String || value instanceof Number || value instanceof Boolean) {
        return convert(key, value.valueOf());
      }
      if (value instanceof RegExp) return text(String(value));
      if (tooDeep) return Array.isArray(value) ? `[Array: ${value.length}]` : text(`[${nameOf(value)}]`);
      if (Array.isArray(value)) return list(withoutSensitiveItems(key, value), value.length);
      if (value instanceof Set) return list(value, value.size);
      const enough = limits.entries + UNSAFE_KEYS.size;
      if (value instanceof Map) return entries(pairsOf(value, enough), limits.entries, value.size);
      if (isMapLike(value)) return entries(pairsOf(value, Number.POSITIVE_INFINITY));
      const names = Object.keys(value);
      const shown = names.slice(0, enough).map((key): Pair => [key, () => Reflect.get(value, key)]);
      return entries(shown, limits.entries, names.length);
    } catch {
      return UNREADABLE;
    } finally {
      ancestors.pop();
    }
  }

  /**
   * Hides the values of `['authorization', 'Bearer x']` and of `rawHeaders`, where names and values
   * take turns.
   */
  function withoutSensitiveItems(key: string, values: readonly unknown[]): readonly unknown[] {
    const isPair = values.length === 2;
    if (!isPair && !/^raw-?_?(?:headers|trailers)$/i.test(key)) return values;
    return values.slice(0, limits.entries * 2).map((value, index) => {
      const name = index % 2 === 1 ? values[index - 1] : undefined;
      return typeof name === 'string' && redactor.isSensitive(name, value) ? REDACTED : value;
    });
  }

  function list(values: Iterable<unknown>, size: number): unknown[] {
    const result: unknown[] = [];
    for (const value of values) {
      if (result.length >= limits.entries || budget <= 0) {
        result.push(`[${size - result.length} more]`);
        break;
      }
      result.push(guarded('', () => value) ?? null);
    }
    return result;
  }

  /** `pairs` are all of `size`, or as many as can be shown. */
  function entries(pairs: readonly Pair[], most = limits.entries, size = pairs.length): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    let used = 0;
    for (const [key, read] of pairs) {
      if (UNSAFE_KEYS.has(key)) continue;
      if (used >= most || budget <= 0) {
        result['...'] = `[${size - used} more]`;
        break;
      }
      used += 1;
      const value = guarded(key, read);
      if (value === undefined) continue;
      result[name(key)] = value;
    }
    return result;
  }

  function name(key: string): string {
    const { clean, more } = cleanHead(key, LONGEST_KEY, redactor);
    const shown = more === 0 ? clean : `${clean}...`;
    budget -= shown.length;
    return shown;
  }

  function guarded(key: string, read: () => unknown): unknown {
    try {
      return convert(key, read());
    } catch {
      return UNREADABLE;
    }
  }

  ancestors.push(fields);
  // Powertools leaves empty fields of the line itself out.
  const names = Object.keys(fields).filter(
    (key) => fields[key] !== undefined && fields[key] !== null && fields[key] !== '',
  );
  return entries(
    names.map((key) => [key, () => fields[key]]),
    names.length,
  );
}

function isError(value: object): value is Error {
  // By tag as well: an error of another realm (a vm context, a test runner) is an error.
  if (value instanceof Error) return true;
  const tag = Object.prototype.toString.call(value);
  return tag === '[object Error]' || tag === '[object DOMException]';
}

function nameOf(value: object): string {
  return value.constructor?.name || 'Object';
}

/** Whether a value behaves like a Map: it would show as `{}`. */
function isMapLike(value: object): value is Iterable<[unknown, unknown]> {
  const tag = Object.prototype.toString.call(value);
  return tag === '[object Headers]' || tag === '[object URLSearchParams]' || tag === '[object FormData]';
}

/** No more than `most`: of a million entries a line shows some hundred. */
function pairsOf(source: Iterable<[unknown, unknown]>, most: number): Pair[] {
  const pairs: Pair[] = [];
  for (const [key, item] of source) {
    pairs.push([typeof key === 'object' ? '[object]' : String(key), () => item]);
    if (pairs.length >= most) break;
  }
  return pairs;
}

/**
 * The longest form of a secret: Secrets Manager takes 64 KiB, and an escape makes six characters of
 * one.
 */
const LONGEST_SECRET = 512 * 1024;

/**
 * The first `limit` characters of a text without its secrets, and how many follow. The text is
 * redacted before it is cut, since half a secret would not be found; of a very long text only the
 * part that a secret at the limit can reach into is searched.
 */
function cleanHead(text: string, limit: number, redactor: Redactor): { clean: string; more: number } {
  const looked = limit + LONGEST_SECRET;
  if (text.length <= looked) {
    const clean = redactor.text(text);
    return { clean: clean.slice(0, limit), more: Math.max(0, clean.length - limit) };
  }
  // At its end the part may hold the beginning of a secret; and it is shorter than it was where it
  // held others.
  const part = redactor.text(text.slice(0, looked));
  const clean = part.slice(0, Math.min(limit, Math.max(0, part.length - LONGEST_SECRET)));
  return { clean, more: text.length - clean.length };
}

import { nodeUtil } from '../node-util.ts';
import type { ConfigLeaf } from './leaf.ts';
import { strictSchema } from './strict-schema.ts';

export type Decoded = { readonly value: unknown } | { readonly malformed: string };

/**
 * Text as the leaf's schema reads it: JSON is parsed, a literal's text is the literal, everything
 * else is left to the schema.
 */
export function decodeText(leaf: ConfigLeaf, text: string): Decoded {
  const literal = leaf.literals?.get(text);
  if (literal !== undefined) return { value: literal };
  if (leaf.reads === 'json') {
    try {
      return { value: JSON.parse(text) };
    } catch {
      // The parser's own message quotes the text.
      return { malformed: 'expected JSON' };
    }
  }
  return { value: text };
}

/**
 * A value of a JSON file or of memory: text is decoded; for a schema that reads text, a number or
 * boolean becomes text.
 */
export function decodeValue(leaf: ConfigLeaf, value: unknown): Decoded {
  if (typeof value === 'string') return decodeText(leaf, value);
  if (leaf.reads === 'text' && ['number', 'boolean', 'bigint'].includes(typeof value)) return { value: String(value) };
  return { value };
}

/**
 * The leaf's default as text that loads back to the same value, for a template to write;
 * `undefined` when there is none.
 */
export function defaultText(leaf: ConfigLeaf): string | undefined {
  if (!leaf.hasDefault || leaf.secret) return undefined;
  const fallback = parsed(leaf, undefined);
  if (fallback === undefined) return undefined;
  const text = textOf(fallback.value);
  if (text === undefined) return undefined;
  const decoded = decodeText(leaf, text);
  if (!('value' in decoded)) return undefined;
  const back = parsed(leaf, decoded.value);
  return back !== undefined && nodeUtil().isDeepStrictEqual(back.value, fallback.value) ? text : undefined;
}

function parsed(leaf: ConfigLeaf, input: unknown): { value: unknown } | undefined {
  try {
    const result = strictSchema(leaf.schema)._zod.run({ value: input, issues: [] }, { async: false });
    return result instanceof Promise || result.issues.length > 0 ? undefined : { value: result.value };
  } catch {
    // An asynchronous schema, or one that throws: no text is certain to give its default.
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof URL) return value.href;
  if (value instanceof Set || value instanceof Map) return JSON.stringify([...value]);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined;
}

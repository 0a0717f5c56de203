import type { ConfigLeaf } from './leaf.ts';

export type Decoded = { readonly value: unknown } | { readonly malformed: string };

/** Text as the leaf's schema reads it: JSON is parsed, a literal's text is the literal, everything else is left to the schema. */
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

/** A value of a JSON file or of memory: text is decoded; for a schema that reads text, a number or boolean becomes text. */
export function decodeValue(leaf: ConfigLeaf, value: unknown): Decoded {
  if (typeof value === 'string') return decodeText(leaf, value);
  if (leaf.reads === 'text' && ['number', 'boolean', 'bigint'].includes(typeof value)) return { value: String(value) };
  return { value };
}

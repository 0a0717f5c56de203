import type { ConfigLeaf } from './leaf.ts';

export type Decoded = { readonly value: unknown } | { readonly malformed: string };

/** Text as the leaf's schema reads it: JSON is parsed, everything else is the schema's own to coerce. */
export function decodeText(leaf: ConfigLeaf, text: string): Decoded {
  if (leaf.reads === 'json') {
    try {
      return { value: JSON.parse(text) };
    } catch {
      // The parser's own message quotes the text.
      return { malformed: 'expected JSON' };
    }
  }
  // Number('') and BigInt('') are 0: blank text would become a value that nobody wrote.
  if (leaf.reads === 'number' && text.trim() === '') return { malformed: 'expected a number, found blank text' };
  return { value: text };
}

/** A value of a JSON file or of memory: text is decoded; for a schema that reads text, a number or boolean becomes text. */
export function decodeValue(leaf: ConfigLeaf, value: unknown): Decoded {
  if (typeof value === 'string') return decodeText(leaf, value);
  if (leaf.reads === 'text' && ['number', 'boolean', 'bigint'].includes(typeof value)) return { value: String(value) };
  return { value };
}

/** Quotes, backslashes, control characters, and the halves of pairs, of which lone ones are escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes control characters
const ESCAPED = /[\u0000-\u001f"\\\ud800-\udfff]/;

/** Whether JSON writes `text` as it is, between quotes. */
export function isVerbatim(text: string): boolean {
  return !ESCAPED.test(text);
}

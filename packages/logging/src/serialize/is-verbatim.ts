/** Quotes, backslashes, control characters, and the halves of pairs, of which lone ones are escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes control characters
const ESCAPED = /[\u0000-\u001f"\\\ud800-\udfff]/;
/** Up to here a loop takes less than the call of the pattern does. */
const SHORT = 40;

/** Whether JSON writes `text` as it is, between quotes. */
export function isVerbatim(text: string): boolean {
  if (text.length > SHORT) return !ESCAPED.test(text);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit >= 0xd800 && unit <= 0xdfff)) return false;
  }
  return true;
}

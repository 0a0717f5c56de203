/** Control characters, line separators, and what turns the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for control characters
const ACTIVE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Without what a terminal obeys: logged text must not move the cursor, change colours, read
 * backwards or fake a second line.
 */
export function inert(text: string): string {
  return text.replaceAll(ACTIVE, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x20 ? JSON.stringify(char).slice(1, -1) : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

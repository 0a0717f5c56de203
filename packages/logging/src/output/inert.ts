/** Without control characters: logged text must not move the cursor, change colours or fake a second line. */
export function inert(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x20 ? JSON.stringify(char).slice(1, -1) : `\\u00${code.toString(16)}`;
  });
}

/** The variables of a `.env` file, or the line at fault; a fault never contains a value. */
export type ParsedDotenv = { readonly values: Record<string, string> } | { readonly fault: string };

const NAME = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*/y;
const SKIPPED = /[ \t]*(?:#[^\n]*)?(?:\n|$)/y;
const BARE = /[^\n]*/y;
/**
 * Escapes inside double quotes that every reader of `.env` files takes to mean the same, and `\\`
 * and `\"` for what they escape.
 */
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', '\\': '\\', '"': '"' };

/**
 * Reads a `.env` file: `NAME=value` lines, `export` allowed, comments on lines of their own or
 * after a blank and `#`.
 *
 * - Bare values end with the line or before a comment, and are trimmed; quotes and `#` inside a
 *   word are part of the value.
 * - `'...'` and `` `...` `` hold their text as it is, over several lines. `"..."` reads `\n`, `\r`,
 *   `\\` and `\"`.
 * - A value is read whole or the line is a fault: an unclosed quote, text after a closing quote,
 *   another escape, or a line that is not
 *   an assignment. Readers disagree about each of these, so a guess would be wrong without a sign.
 *
 * Of two lines with one name the last one counts. Line breaks are `\n`, `\r\n` or `\r`.
 */
export function parseDotenv(text: string): ParsedDotenv {
  const source = text.replace(/\r\n?/g, '\n');
  const values: Record<string, string> = Object.create(null);
  let at = 0;
  const read = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(source) ?? undefined;
    at += match?.[0].length ?? 0;
    return match;
  };
  const faultAt = (reason: string) => ({ fault: `line ${source.slice(0, at).split('\n').length} ${reason}` });
  while (at < source.length) {
    if (read(SKIPPED)) continue;
    const name = read(NAME)?.[1];
    if (name === undefined) return faultAt('is not NAME=value');
    const mark = source[at];
    if (mark !== "'" && mark !== '`' && mark !== '"') {
      const [bare = ''] = read(BARE) ?? [];
      values[name] = bare.replace(/(^|[ \t])#.*$/, '').trim();
      continue;
    }
    const end = closingQuote(source, at, mark);
    if (end === undefined) return faultAt(`has a ${mark} that is not closed`);
    const inside = source.slice(at + 1, end);
    const unknown = mark === '"' ? /\\([^nr\\"])/s.exec(inside.replaceAll('\\\\', '')) : null;
    if (unknown)
      return faultAt(`has a backslash that is not an escape; write \\\\ for a backslash, or use single quotes`);
    values[name] = mark === '"' ? inside.replace(/\\(.)/g, (_, escaped: string) => ESCAPES[escaped] ?? '') : inside;
    at = end + 1;
    if (!read(SKIPPED)) return faultAt('has text after the closing quote');
  }
  return { values };
}

function closingQuote(source: string, opened: number, mark: string): number | undefined {
  for (let at = opened + 1; at < source.length; at += 1) {
    if (source[at] === '\\' && mark === '"') at += 1;
    else if (source[at] === mark) return at;
  }
  return undefined;
}

/**
 * One line of a `.env` file. Where it can, it uses a form that other readers take to mean the same:
 * bare, then quoted as it is.
 */
export function dotenvLine(name: string, value: string): string {
  if (/^[^\s'"`#\\][^\n\r'"`#\\]*$/.test(value) && value === value.trim()) return `${name}=${value}\n`;
  const mark = /\r/.test(value) ? undefined : ["'", '`'].find((quote) => !value.includes(quote));
  if (mark !== undefined) return `${name}=${mark}${value}${mark}\n`;
  const escaped = value.replace(/[\\"\r]/g, (found) => (found === '\r' ? '\\r' : `\\${found}`));
  return `${name}="${escaped}"\n`;
}

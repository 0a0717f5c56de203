/**
 * One value of a policy: text with wildcards, and policy variables where the version has them.
 * Source: "IAM JSON policy elements: Variables and tags" and "Resource", IAM User Guide.
 */
export interface Pattern {
  readonly text: string;
  /** Literals (the `*` and `?` of which are wildcards) and variables, in order. */
  readonly parts: ReadonlyArray<string | Variable>;
  readonly hasVariables: boolean;
}

interface Variable {
  /** In lower case: keys are case-insensitive. */
  readonly key: string;
  readonly fallback: string | undefined;
}

/** The values of a request's condition keys, by key in lower case. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/** `${*}`, `${?}` and `${$}` are the characters themselves. */
const ESCAPED: Readonly<Record<string, string>> = { '*': '\u{F0000}', '?': '\u{F0001}', $: '$' };
const PLACEHOLDER = /\$\{(?:([*?$])|\s*([^},\s]+)\s*(?:,\s*'([^']*)')?\s*)\}/g;

const escapeWildcards = (text: string) => text.replaceAll('*', '\u{F0000}').replaceAll('?', '\u{F0001}');

/** @param variables - whether the policy's version is 2012-10-17, which has variables */
export function parsePattern(text: string, variables: boolean): Pattern {
  if (!variables || !text.includes('${')) return { text, parts: [text], hasVariables: false };
  const parts: Array<string | Variable> = [];
  let at = 0;
  for (const found of text.matchAll(PLACEHOLDER)) {
    const [whole, escaped, key = '', fallback] = found;
    parts.push(text.slice(at, found.index));
    parts.push(escaped === undefined ? { key: key.toLowerCase(), fallback } : (ESCAPED[escaped] ?? ''));
    at = found.index + whole.length;
  }
  parts.push(text.slice(at));
  return { text, parts, hasVariables: parts.some((part) => typeof part !== 'string') };
}

/**
 * The pattern's text for one request; undefined if a variable has no value, or several, and no
 * default. Wildcards in a variable's value match themselves only.
 */
export function fillPattern(pattern: Pattern, context: RequestContext): string | undefined {
  if (!pattern.hasVariables) return pattern.parts.length === 1 ? pattern.text : pattern.parts.join('');
  let filled = '';
  for (const part of pattern.parts) {
    if (typeof part === 'string') {
      filled += part;
      continue;
    }
    const values = context.get(part.key);
    const value = values?.length === 1 ? values[0] : values === undefined ? part.fallback : undefined;
    if (value === undefined) return undefined;
    filled += escapeWildcards(value);
  }
  return filled;
}

/** The filled text without wildcards: what an operator without wildcards compares. */
export const unescapeWildcards = (text: string) => text.replaceAll('\u{F0000}', '*').replaceAll('\u{F0001}', '?');

const codeAt = (pattern: string, at: number) => {
  const code = pattern.codePointAt(at);
  return code === 0xf0000 ? 0x2a : code === 0xf0001 ? 0x3f : code;
};

/**
 * Whether `pattern` matches the whole of `text`: `*` any characters, `?` one. Goes back to the last
 * `*` only, so that no pattern takes exponential time.
 */
export function matchesWildcards(pattern: string, text: string): boolean {
  if (pattern === '*') return true;
  if (pattern === text) return true;
  let at = 0;
  let textAt = 0;
  let star = -1;
  let starText = 0;
  while (textAt < text.length) {
    const wild = pattern[at];
    if (wild === '*') {
      star = at;
      starText = textAt;
      at += 1;
      continue;
    }
    const code = codeAt(pattern, at);
    const textCode = text.codePointAt(textAt);
    if (at < pattern.length && (wild === '?' || code === textCode)) {
      // An escaped wildcard has two code units in the pattern and one in the text.
      at += (pattern.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
      textAt += (textCode ?? 0) > 0xffff ? 2 : 1;
      continue;
    }
    if (star < 0) return false;
    starText += 1;
    at = star + 1;
    textAt = starText;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

/** The six parts of an ARN; the last may contain colons. Undefined for what is not an ARN. */
function splitArn(text: string): string[] | undefined {
  const parts: string[] = [];
  let from = 0;
  for (let part = 0; part < 5; part += 1) {
    const colon = text.indexOf(':', from);
    if (colon < 0) return undefined;
    parts.push(text.slice(from, colon));
    from = colon + 1;
  }
  parts.push(text.slice(from));
  return parts;
}

/**
 * Whether the pattern of an ARN matches an ARN, each of the six parts by itself. A pattern that
 * ends
 * early in `*` leaves the parts after it open.
 */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const parts = splitArn(arn);
  if (parts === undefined) return matchesWildcards(pattern, arn);
  const wanted = splitArn(pattern);
  if (wanted === undefined) return pattern.endsWith('*') && matchesWildcards(pattern, arn);
  return wanted.every((part, index) => matchesWildcards(part, parts[index] ?? ''));
}

import { validationError } from '../errors.ts';

/** A token of a statement. Keywords are words, in any case. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol' | 'end';
  /** Without quotes. */
  readonly text: string;
  /** As AWS's messages say it: `line:column:length`, counted from 1. */
  readonly at: string;
}

/** The refusal of a statement that does not parse. Some faults have no detail on AWS. */
export const notWellFormed = (detail = '') =>
  validationError(`Statement wasn't well formed, can't be processed: ${detail}`);

const SPACE = /(?:\s|--[^\n\r]*|\/\*[\s\S]*?\*\/)+/y;
const TOKENS: ReadonlyArray<readonly [Token['kind'], RegExp]> = [
  ['word', /[A-Za-z_$][\w$]*/y],
  ['quoted', /"((?:[^"]|"")*)"/y],
  ['string', /'((?:[^']|'')*)'/y],
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['symbol', /<<|>>|<>|!=|<=|>=|[=<>()[\]{},.:?*+-]/y],
];

const unquote = (kind: Token['kind'], text: string) => {
  if (kind === 'quoted') return text.replaceAll('""', '"');
  return kind === 'string' ? text.replaceAll("''", "'") : text;
};

/**
 * The tokens of a statement, comments left out.
 *
 * @throws ServiceError for a character or a quote that begins none
 */
export function readTokens(statement: string): Token[] {
  const tokens: Token[] = [];
  const place = (index: number, length: number) => {
    const before = statement.slice(0, index).split('\n');
    return `${before.length}:${(before.at(-1) ?? '').length + 1}:${length}`;
  };
  let index = 0;
  for (;;) {
    SPACE.lastIndex = index;
    index += SPACE.exec(statement)?.[0].length ?? 0;
    if (index >= statement.length) break;
    let found: Token | undefined;
    for (const [kind, pattern] of TOKENS) {
      pattern.lastIndex = index;
      const match = pattern.exec(statement);
      if (match === null) continue;
      found = { kind, text: unquote(kind, match[1] ?? match[0]), at: place(index, match[0].length) };
      index += match[0].length;
      break;
    }
    if (found === undefined) throw notWellFormed();
    tokens.push(found);
  }
  tokens.push({ kind: 'end', text: '', at: place(statement.length, 0) });
  return tokens;
}

import type { Prose } from './text-of.ts';

/** A phrase that this repository does not use. */
interface Rule {
  readonly kinds: ReadonlyArray<Prose['kind']>;
  readonly pattern: RegExp;
  readonly instead: string;
}

const ALL: ReadonlyArray<Prose['kind']> = ['comment', 'docstring', 'string', 'markdown'];

const RULES: readonly Rule[] = [
  {
    kinds: ['docstring'],
    pattern: /^\/\*\*[\s*]*What\b/g,
    instead: 'begin the docstring with a verb or a noun phrase, not with "What"',
  },
  {
    kinds: ALL,
    pattern: /(?<!\bthere )\bis +no +(?!longer\b|more\b|less\b)[a-z]\w*/g,
    instead: 'write "is not a ..."',
  },
  {
    kinds: ALL,
    pattern: /\b(nobody|whoever|somebody)\b/gi,
    instead: 'name who: the caller, the user, another process',
  },
  {
    kinds: ALL,
    pattern: /\b(is|are|was|were) +told\b/g,
    instead: 'write what happens, e.g. "receives", "is called with"',
  },
  { kinds: ALL, pattern: /\bof +(ours|its +own)\b/g, instead: 'write "our ..." or "its ..."' },
  { kinds: ALL, pattern: /\bfor +ever\b/gi, instead: 'write "without a limit" or "forever"' },
];

/** The longest line of a comment, in columns. */
const COLUMNS = 100;

export interface Fault {
  readonly line: number;
  readonly message: string;
}

/** Faults in the English of one file, in the order of its lines. */
export function englishFaults(source: string, prose: readonly Prose[]): Fault[] {
  const faults: Fault[] = [];
  const lines = source.split('\n');
  for (const { kind, line, text } of prose) {
    // A phrase may go on in the next line of a comment; every character keeps its place.
    const flat = text.replaceAll(/\n\s*(?:\*(?!\/)|\/\/)?/g, (blank) => ' '.repeat(blank.length));
    for (const { kinds, pattern, instead } of RULES) {
      if (!kinds.includes(kind)) continue;
      for (const { 0: phrase, index } of flat.matchAll(pattern)) {
        const message = `"${phrase.replaceAll(/[\s*/]+/g, ' ').trim()}": ${instead}`;
        faults.push({ line: line + text.slice(0, index).split('\n').length - 1, message });
      }
    }
    if (kind !== 'comment' && kind !== 'docstring') continue;
    for (const index of text.split('\n').keys()) {
      const whole = lines[line - 1 + index] ?? '';
      // A comment behind code is as wide as the formatter lets the code be.
      if (whole.length <= COLUMNS || !/^\s*(\/\/|\/?\*)/.test(whole)) continue;
      faults.push({
        line: line + index,
        message: `the comment has ${whole.length} columns, at most ${COLUMNS} are allowed`,
      });
    }
  }
  return faults.sort((a, b) => a.line - b.line);
}

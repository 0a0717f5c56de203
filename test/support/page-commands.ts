import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** A fenced block of a page. */
export interface PageBlock {
  readonly language: string;
  readonly lines: readonly string[];
}

/** A command on a page: of an `sh` block, or behind a `$` of a `console` block. */
export interface PageCommand {
  /** As one line, without the comment; a loop keeps its lines. */
  readonly command: string;
  /** Whether a `&` leaves it running. */
  readonly background: boolean;
  /** Its output as the page shows it, with `...` for any text. */
  readonly prints: readonly string[];
}

/** The Markdown files of the repository, relative to its root. */
export function pages(): string[] {
  const listed = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' });
  return listed.split('\n').filter((file) => file !== '');
}

export const readPage = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** The fenced blocks of a page. @throws Error for a block without an end */
export function blocksOf(markdown: string): PageBlock[] {
  const blocks: PageBlock[] = [];
  let open: { fence: string; language: string; lines: string[] } | undefined;
  for (const line of markdown.split('\n')) {
    const [, fence, language = ''] = /^\s*(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (open === undefined) {
      if (fence !== undefined) open = { fence, language: language.trim(), lines: [] };
    } else if (fence === open.fence && language === '') {
      blocks.push({ language: open.language, lines: open.lines });
      open = undefined;
    } else open.lines.push(line);
  }
  if (open !== undefined) throw new Error(`A block of ${open.language} has no end: ${open.lines[0]}`);
  return blocks;
}

/** The commands of all `sh` and `console` blocks of a page, in order. */
export function commandsOf(markdown: string): PageCommand[] {
  return blocksOf(markdown).flatMap(({ language, lines }) => {
    if (language === 'sh') return joined(lines).flatMap((line) => split(line, []));
    return language === 'console' ? sessionOf(lines) : [];
  });
}

/** A `console` block: each prompt with the lines that it prints. */
function sessionOf(lines: readonly string[]): PageCommand[] {
  const parts: Array<{ command: string[]; prints: string[] }> = [];
  for (const line of lines) {
    const last = parts.at(-1);
    if (line.startsWith('$ ')) parts.push({ command: [line.slice(2)], prints: [] });
    else if (last === undefined) throw new Error(`A console block must begin with $ and a command: ${line}`);
    else if (last.command.at(-1)?.endsWith('\\')) last.command.push(line);
    else last.prints.push(line);
  }
  return parts.flatMap(({ command, prints }) => joined(command).flatMap((line) => split(line, prints)));
}

/** Joins lines that end in a backslash, and those of a loop; drops comments and empty lines. */
function joined(lines: readonly string[]): string[] {
  const found: string[] = [];
  let loop = false;
  let goesOn = false;
  for (const line of lines) {
    if (!loop && !goesOn && /^\s*(#.*)?$/.test(line)) continue;
    const last = found.length - 1;
    if (loop) found[last] += `\n${line}`;
    else if (goesOn) found[last] = `${found[last]?.slice(0, -1)}${line.trim()}`;
    else found.push(line);
    goesOn = line.endsWith('\\');
    if (/^for .*; do$/.test(line)) loop = true;
    if (line === 'done') loop = false;
  }
  return found;
}

/** Splits at `&&` outside of quotes. What a comment in braces says is printed by the last one. */
function split(line: string, printed: readonly string[]): PageCommand[] {
  const [, text = line, comment = ''] = line.includes('\n') ? [] : (/^(.*?)(?:\s+# (.*))?$/.exec(line) ?? []);
  const parts = text.split(/ && (?=(?:[^'"]|'[^']*'|"[^"]*")*$)/);
  const said = /^\{.*\}/.exec(comment)?.[0];
  return parts.map((part, index) => {
    const background = part.endsWith(' &');
    const isLast = index === parts.length - 1;
    const prints = isLast ? [...printed, ...(said === undefined ? [] : [said])] : [];
    return { command: background ? part.slice(0, -2) : part, background, prints };
  });
}

/**
 * Whether a command printed what its page says: the lines in their order, with `...` for any text,
 * and any port, id or time of this machine's endpoint.
 */
export function printed(expected: readonly string[], output: string): boolean {
  const pattern = expected
    .join('\n')
    .trim()
    .split('...')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/(127\\\.0\\\.0\\\.1:|port":)\d+/g, '$1\\d+'))
    .join('[\\s\\S]*');
  return new RegExp(pattern).test(output);
}

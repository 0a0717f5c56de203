/** A piece of text that people read, and the line where it begins, counted from 1. */
export interface Prose {
  readonly kind: 'comment' | 'docstring' | 'string' | 'markdown';
  readonly line: number;
  readonly text: string;
}

/** Comments and string literals of TypeScript source. Regular expressions are recognized where one may begin. */
export function proseOfTypeScript(source: string): Prose[] {
  const found: Prose[] = [];
  let line = 1;
  let at = 0;
  /** The last character that is neither blank nor part of a comment: `/` divides after a value. */
  let before = '';
  const take = (end: number): string => {
    const text = source.slice(at, end);
    line += text.split('\n').length - 1;
    at = end;
    return text;
  };
  const endOf = (from: number, quote: string): number => {
    let end = from;
    while (end < source.length && source[end] !== quote) end += source[end] === '\\' ? 2 : 1;
    return end + 1;
  };
  while (at < source.length) {
    const begin = line;
    const here = source[at] ?? '';
    if (source.startsWith('//', at)) {
      const end = source.indexOf('\n', at);
      found.push({ kind: 'comment', line: begin, text: take(end < 0 ? source.length : end) });
    } else if (source.startsWith('/*', at)) {
      const kind = source.startsWith('/**', at) ? 'docstring' : 'comment';
      const end = source.indexOf('*/', at);
      found.push({ kind, line: begin, text: take(end < 0 ? source.length : end + 2) });
    } else if (here === "'" || here === '"' || here === '`') {
      found.push({ kind: 'string', line: begin, text: take(endOf(at + 1, here)) });
      before = here;
    } else if (here === '/' && !/[\w)\]'"`]/.test(before)) {
      take(endOfPattern(source, at + 1));
      before = ')';
    } else {
      if (here.trim() !== '') before = here;
      take(at + 1);
    }
  }
  return found;
}

function endOfPattern(source: string, from: number): number {
  let isClass = false;
  for (let end = from; end < source.length; end += 1) {
    const here = source[end];
    if (here === '\n') return from; // a division
    if (here === '\\') end += 1;
    else if (here === '[') isClass = true;
    else if (here === ']') isClass = false;
    else if (here === '/' && !isClass) return end + 1;
  }
  return source.length;
}

/** Lines of Markdown outside of code blocks, without inline code. */
export function proseOfMarkdown(source: string): Prose[] {
  const found: Prose[] = [];
  let isCode = false;
  for (const [index, text] of source.split('\n').entries()) {
    if (/^\s*(```|~~~)/.test(text)) isCode = !isCode;
    else if (!isCode) found.push({ kind: 'markdown', line: index + 1, text: text.replaceAll(/`[^`]*`/g, '') });
  }
  return found;
}

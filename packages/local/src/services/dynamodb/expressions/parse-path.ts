import type { RawStep } from './operand.ts';
import type { TokenReader } from './tokens.ts';

/** Words that no part of an expression may use as a name unless a placeholder stands for it. */
export type Keywords = ReadonlySet<string>;

/** One name or `#placeholder`. */
function parseStep(reader: TokenReader, keywords: Keywords): RawStep {
  const { kind, text } = reader.next;
  if (kind === 'name') {
    reader.take();
    return { placeholder: text };
  }
  if (kind !== 'word' || keywords.has(text.toUpperCase())) throw reader.syntaxError();
  reader.take();
  return { name: text };
}

/** What may follow a path's beginning: `.name`, `[0]`. */
export function parseFurtherSteps(reader: TokenReader, keywords: Keywords): RawStep[] {
  const steps: RawStep[] = [];
  for (;;) {
    if (reader.takeSymbol('.')) {
      steps.push(parseStep(reader, keywords));
    } else if (reader.takeSymbol('[')) {
      if (reader.next.kind !== 'number') throw reader.syntaxError();
      steps.push({ index: Number(reader.take().text) });
      reader.expectSymbol(']');
    } else return steps;
  }
}

/** `a`, `#a`, `a.b[0].#c`. */
export function parsePath(reader: TokenReader, keywords: Keywords): readonly RawStep[] {
  return [parseStep(reader, keywords), ...parseFurtherSteps(reader, keywords)];
}

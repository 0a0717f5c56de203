export interface Example {
  /** The line of the source on which the example's code begins, counted from 1. */
  readonly line: number;
  readonly code: readonly string[];
}

/** The `ts` code blocks of a README. */
export function extractBlocks(markdown: string): readonly Example[] {
  return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(({ index, 1: code = '' }) => ({
    line: markdown.slice(0, index).split('\n').length + 1,
    code: code.split('\n'),
  }));
}

/** The `ts` code blocks under `@example` in the docstrings of a source. */
export function extractExamples(source: string): readonly Example[] {
  const examples: Example[] = [];
  let inExample = false;
  let block: { line: number; code: string[] } | undefined;
  for (const [index, text] of source.split('\n').entries()) {
    const comment = /^\s*(?:\/\*)?\*+ ?(.*)$/.exec(text)?.[1];
    if (block !== undefined && comment?.trimEnd() === '```') {
      examples.push(block);
      block = undefined;
    } else if (block !== undefined) {
      block.code.push(comment ?? '');
    } else if (comment === undefined || text.includes('*/')) {
      inExample = false;
    } else if (comment.startsWith('@')) {
      inExample = comment.startsWith('@example');
    } else if (inExample && comment.trimEnd() === '```ts') {
      // entries() counts from 0, and the code begins on the line after the fence.
      block = { line: index + 2, code: [] };
    }
  }
  return examples;
}

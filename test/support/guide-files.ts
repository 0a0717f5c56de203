/**
 * A file that a guide has its reader write: a `ts` block whose first line names it,
 * `// lambda/http.ts: what it is`.
 */
export interface GuideFile {
  readonly path: string;
  readonly code: string;
}

/** @throws Error for a `ts` block that names no file. */
export function guideFiles(markdown: string): GuideFile[] {
  return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, block = '']) => {
    const [, path, code] = /^\/\/ ([\w/.-]+\.ts)\b[^\n]*\n([\s\S]*)$/.exec(block) ?? [];
    if (path === undefined || code === undefined) {
      throw new Error(`A ts block of a guide must begin with // and the file's name: ${block.slice(0, 60)}`);
    }
    return { path, code };
  });
}

import type * as Parser from '@actions/workflow-parser';
import { build } from 'esbuild';

/** Imports JSON in a way that bundlers take and Node does not. */
async function loadParser(): Promise<typeof Parser> {
  const contents = "export * from '@actions/workflow-parser';";
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    platform: 'node',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('file:///');" },
    write: false,
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  return import(`data:text/javascript;base64,${code}`);
}

const parser = loadParser();

/** The faults that GitHub's own parser finds in a workflow. */
export async function workflowFaults(name: string, content: string): Promise<string[]> {
  const { parseWorkflow, NoOperationTraceWriter } = await parser;
  const { context } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(({ message }) => message);
}

import process from 'node:process';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a run with a line for each subject that `withServer` left out, e.g.
 * `not run: sql (needs postgresql)`.
 */
export default class NotRunReporter implements Reporter {
  onTestRunEnd(modules: readonly Pick<TestModule, 'children'>[]): void {
    for (const line of notRun(modules)) process.stdout.write(`${line}\n`);
  }
}

/** The lines, each once: several files may test one subject. */
export function notRun(modules: readonly Pick<TestModule, 'children'>[]): string[] {
  const left = modules
    .flatMap((module) => [...module.children.allSuites()])
    .filter(({ name, options }) => options.mode === 'skip' && / \(needs [a-z-]+\)$/.test(name));
  return [...new Set(left.map(({ name }) => `not run: ${name}`))];
}

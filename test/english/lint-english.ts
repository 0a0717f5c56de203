/**
 * Refuses idioms that CONTRIBUTING.md rules out, in comments, strings and Markdown. With a path as
 * its argument it checks only files below it.
 */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from './rules.ts';
import { englishFaults } from './rules.ts';
import { proseOfMarkdown, proseOfTypeScript } from './text-of.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The linter and its test quote what they refuse. */
const EXEMPT = /^test\/(english\/|unit\/lint-english)/;

const folder = process.argv[2] ?? '';
const files = execFileSync('git', ['ls-files', '-z', '--', '*.ts', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && file.startsWith(folder) && !EXEMPT.test(file));
const found = new Map<string, readonly Fault[]>();
for (const file of files) {
  const source = await readFile(join(ROOT, file), 'utf8').catch(() => ''); // deleted, not yet committed
  const faults = englishFaults(source, file.endsWith('.md') ? proseOfMarkdown(source) : proseOfTypeScript(source));
  if (faults.length > 0) found.set(file, faults);
}

for (const [file, faults] of found) {
  for (const { line, message } of faults) console.error(`${file}:${line}: ${message}`);
  process.exitCode = 1;
}

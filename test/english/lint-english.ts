/**
 * Refuses idioms that CONTRIBUTING.md rules out, in comments, strings and Markdown. Folders in
 * not-yet-clean.txt are not checked; `--shrink` removes those from the list that have become clean.
 */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Fault } from './rules.ts';
import { englishFaults } from './rules.ts';
import { proseOfMarkdown, proseOfTypeScript } from './text-of.ts';

const ROOT = join(import.meta.dirname, '../..');
const LIST = join(import.meta.dirname, 'not-yet-clean.txt');
/** The linter and its test quote what they refuse. */
const EXEMPT = /^test\/(english\/|unit\/lint-english)/;

const argument = process.argv[2];
const files = execFileSync('git', ['ls-files', '-z', '--', '*.ts', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && !EXEMPT.test(file));
const found = new Map<string, readonly Fault[]>();
for (const file of files) {
  const source = await readFile(join(ROOT, file), 'utf8').catch(() => ''); // deleted, not yet committed
  const faults = englishFaults(source, file.endsWith('.md') ? proseOfMarkdown(source) : proseOfTypeScript(source));
  if (faults.length > 0) found.set(file, faults);
}

const listed = (await readFile(LIST, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
const faulty = new Set([...found.keys()].map((file) => dirname(file)));
const clean = listed.filter((folder) => !faulty.has(folder));
if (argument === '--shrink') {
  const text = await readFile(LIST, 'utf8');
  const kept = text.split('\n').filter((line) => !clean.includes(line));
  await writeFile(LIST, kept.join('\n'));
  console.log(`Removed ${clean.length} folders, ${listed.length - clean.length} left`);
} else {
  // With a path as its argument, it shows the faults of a folder even if the folder is on the list.
  const isChecked = (file: string) =>
    argument === undefined ? !listed.includes(dirname(file)) : file.startsWith(argument);
  for (const [file, faults] of found) {
    if (!isChecked(file)) continue;
    for (const { line, message } of faults) console.error(`${file}:${line}: ${message}`);
    process.exitCode = 1;
  }
}

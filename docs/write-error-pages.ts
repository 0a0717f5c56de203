import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ERRORS } from './errors/errors.ts';

/**
 * Writes a page per error code, and their list; deletes pages of codes that are gone. They are
 * checked in, because messages link to them in the repository.
 */
const FOLDER = join(import.meta.dirname, 'errors');

/** The pages by file name. */
export function errorPages(): Map<string, string> {
  const pages = new Map<string, string>();
  const codes = Object.keys(ERRORS).sort() as Array<keyof typeof ERRORS>;
  const rows = codes.map((code) => `| [\`${code}\`](${code}.md) | ${ERRORS[code].meaning.replaceAll('|', '\\|')} |`);
  pages.set(
    'index.md',
    `# Errors\n\nEvery error of Twelvefold has a code, and each code a page.\n\n| Code | Meaning |\n|---|---|\n${rows.join('\n')}\n`,
  );
  for (const code of codes) {
    const { meaning, causes, cures, guide } = ERRORS[code];
    const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join('\n');
    pages.set(
      `${code}.md`,
      `# ${code}\n\n${meaning}\n\n## Why\n\n${list(causes)}\n\n## What to do\n\n${list(cures)}\n\nMore: [the guide](../guides/${guide}.md).\n`,
    );
  }
  return pages;
}

if (import.meta.main) {
  await mkdir(FOLDER, { recursive: true });
  const pages = errorPages();
  for (const file of await readdir(FOLDER)) {
    if (file.endsWith('.md') && !pages.has(file)) await rm(join(FOLDER, file));
  }
  for (const [file, text] of pages) await writeFile(join(FOLDER, file), text);
}

import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ERRORS } from '../../docs/errors/errors.ts';
import { errorPages } from '../../docs/write-error-pages.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

it('each error code has its page, as `npm run error-pages -w docs` writes it', async () => {
  const pages = errorPages();
  const files = (await readdir(`${ROOT}docs/errors`)).filter((file) => file.endsWith('.md')).sort();
  expect(files).toEqual([...pages.keys()].sort());
  for (const file of files) {
    expect(await readFile(`${ROOT}docs/errors/${file}`, 'utf8'), file).toBe(pages.get(file));
  }
});

it('each page names a guide that exists', async () => {
  const guides = await readdir(`${ROOT}docs/guides`);
  for (const [code, { guide }] of Object.entries(ERRORS)) expect(guides, code).toContain(`${guide}.md`);
});

it('each code is thrown by a package', async () => {
  const sources: string[] = [];
  for (const file of await readdir(`${ROOT}packages`, { recursive: true })) {
    const isSource = /^[\w-]+\/src\/.*\.ts$/.test(file) && !/\.(test|fixture)\.ts$/.test(file);
    if (isSource && !file.endsWith('core/src/error.ts'))
      sources.push(await readFile(`${ROOT}packages/${file}`, 'utf8'));
  }
  const all = sources.join('\n');
  expect(Object.keys(ERRORS).filter((code) => !all.includes(`'${code}'`))).toEqual([]);
});

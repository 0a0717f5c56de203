import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/**
 * Holds the built site to what readers and their tools look for; exits with 1 for what is missing.
 */
const SITE = join(import.meta.dirname, '.vitepress/dist');
const read = (file: string) => readFileSync(join(SITE, file), 'utf8');

const faults: string[] = [];
const check = (holds: boolean, fault: string) => {
  if (!holds) faults.push(fault);
};

const llms = read('llms.txt');
const guides = globSync('guides/*.md', { cwd: import.meta.dirname });
check(guides.length > 15, 'there are no guides');
for (const guide of guides) check(llms.includes(`](/${guide})`), `llms.txt does not name ${guide}`);
// The first thing that a reader of llms.txt needs is how to begin.
check(llms.indexOf('/guides/getting-started.md') < llms.indexOf('/errors/'), 'llms.txt begins with the errors');
check(read('guides/getting-started.md').includes('npm init'), 'a guide has no twin in Markdown');

for (const name of ['defineApp', 'queue', 'sessionStore', 'defineConfig']) {
  const page = `api/twelvefold/twelvefold/functions/${name}`;
  check(read(`${page}.html`).includes(`${name}()`), `the page of ${name} does not have its name`);
  check(llms.includes(`/${page}.md`), `llms.txt does not name ${name}`);
}
const titles = globSync('api/**/*.html', { cwd: SITE }).map((file) => /<title>([^<|]*)/.exec(read(file))?.[1] ?? '');
check(titles.length > 200, `the API has ${titles.length} pages`);
check(
  titles.every((title) => title.trim() !== ''),
  'a page of the API has no title',
);

const index = globSync('assets/chunks/@localSearchIndex*.js', { cwd: SITE }).map(read).join('');
for (const word of ['defineapp', 'message_poison', 'createexpressstore']) {
  check(index.toLowerCase().includes(word), `the search does not find ${word}`);
}

for (const fault of faults) process.stderr.write(`docs: ${fault}\n`);
if (faults.length > 0) process.exitCode = 1;

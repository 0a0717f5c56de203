import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineConfig } from 'vitepress';
import llmstxt from 'vitepress-plugin-llms';

const DOCS = join(import.meta.dirname, '..');

interface Link {
  readonly text: string;
  readonly link: string;
}

/** A link to each page of a folder, under its first heading. */
function pagesOf(folder: string): Link[] {
  return readdirSync(join(DOCS, folder))
    .filter((file) => file.endsWith('.md') && file !== 'index.md')
    .sort()
    .map((file) => {
      const [, heading = file] = /^# (.+)$/m.exec(readFileSync(join(DOCS, folder, file), 'utf8')) ?? [];
      return { text: heading.replaceAll('`', ''), link: `/${folder}/${file.replace(/\.md$/, '')}` };
    });
}

const GUIDES: ReadonlyArray<readonly [title: string, names: readonly string[]]> = [
  ['Begin', ['getting-started', 'starting-points', 'console', 'deploying']],
  ['Messages and data', ['messages', 'tables', 'sessions', 'sql', 'cache', 'locks']],
  ['Run', ['config', 'hosts', 'tasks', 'logs-and-metrics', 'testing', 'restoring', 'permissions']],
  ['More', ['hono', 'moving', 'commonjs-and-jest', 'add-a-backing-service']],
];
const guides = pagesOf('guides');
const listed = GUIDES.map(([text, names]) => ({
  text,
  items: names.flatMap((name) => guides.filter(({ link }) => link === `/guides/${name}`)),
}));
const others = guides.filter(({ link }) => !listed.some(({ items }) => items.some((item) => item.link === link)));

/** The packages of the API with their entries, as typedoc has written them. */
const API = join(DOCS, 'api');
const api = globSync(['*/index.md', '@*/*/index.md'], { cwd: API })
  .map((file) => dirname(file))
  .sort((one, other) => Number(one.startsWith('@')) - Number(other.startsWith('@')) || (one < other ? -1 : 1))
  .map((name) => ({
    text: name,
    collapsed: name.startsWith('@'),
    items: [name, ...readdirSync(join(API, name))]
      .filter((entry) => entry !== 'internal' && existsSync(join(API, name, entry, 'index.md')))
      .map((entry) => ({ text: entry === name ? name : `${name}/${entry}`, link: `/api/${name}/${entry}/` })),
  }));

export default defineConfig({
  title: 'Twelvefold',
  description: 'A runtime SDK for 12-factor apps on AWS, in TypeScript',
  srcDir: '.',
  outDir: '.vitepress/dist',
  cleanUrls: true,
  // `_media` are copies of guides, and siblings' entries are not an API.
  srcExclude: ['preludes/**', 'api/**/_media/**', 'api/**/internal/**'],
  // Records and READMEs link to sources, which are not pages.
  ignoreDeadLinks: [
    /\.\.\//,
    /^http:\/\/(localhost|127\.0\.0\.1)/,
    /\/(examples|packages|test|benchmarks|infra|_media|internal)\//,
  ],
  // Code of API pages has braces: no page is a template.
  vue: { template: { compilerOptions: { delimiters: ['[[[[', ']]]]'] } } },
  vite: {
    plugins: [llmstxt({ excludeIndexPage: false }) as never], // its vite and VitePress's are two versions
  },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guides', link: '/guides/getting-started' },
      { text: 'Factors', link: '/factors/' },
      { text: 'Errors', link: '/errors/' },
      { text: 'API', link: '/api/' },
    ],
    // The order is that of llms.txt.
    sidebar: {
      '/': [
        ...listed,
        ...(others.length > 0 ? [{ text: 'Other guides', items: others }] : []),
        {
          text: 'Reference',
          items: [
            { text: 'The twelve factors', link: '/factors/' },
            { text: 'Errors', link: '/errors/' },
            { text: 'The local AWS', link: '/local-aws' },
            { text: 'Scale', link: '/scale' },
            { text: 'Decisions', link: '/decisions/0001-lambda-is-awaited' },
          ],
        },
      ],
      '/errors/': [{ text: 'Errors', items: pagesOf('errors') }],
      '/factors/': [{ text: 'The twelve factors', items: pagesOf('factors') }],
      '/decisions/': [{ text: 'Decisions', items: pagesOf('decisions') }],
      '/api/': api,
    },
  },
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commands } from '../../packages/app/src/cli/commands.ts';
import { packageJson } from '../../packages/create-twelvefold/src/package-json.ts';
import { HELP as LOCAL_HELP } from '../../packages/local/src/cli/read-arguments.ts';
import { wordsOf } from '../support/aws-arguments.ts';
import { blocksOf, pages, readPage } from '../support/page-commands.ts';

const ROOT = join(import.meta.dirname, '../..');
/** History: commands as they were. */
const OLD = /CHANGELOG|^docs\/decisions\/|^\.changeset\//;

/**
 * Commands in running text, and synopses in `text` blocks. Those of blocks run in
 * page-commands.test.ts.
 */
function inlineCommands(markdown: string): string[] {
  const blocks = blocksOf(markdown);
  const synopses = blocks.filter(({ language }) => language === 'text').flatMap(({ lines }) => lines);
  const prose = markdown.replace(/^\s*```[\s\S]*?^\s*```/gm, '');
  const spans = [...prose.matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map(([, text = '']) => text);
  return [...spans, ...synopses]
    .map((text) => text.replace(/^(\w+=\S+ )+/, '').replace(/^npx /, ''))
    .filter((text) => /^(twelvefold(-local)?|npm|node) /.test(text));
}

const scriptsIn = (file: string): readonly string[] =>
  Object.keys(JSON.parse(readFileSync(join(ROOT, file), 'utf8')).scripts ?? {});
const WORKSPACES: Readonly<Record<string, string>> = {
  infra: 'infra',
  docs: 'docs',
  '@twelvefold/benchmarks': 'benchmarks',
  '@twelvefold-examples/parameter-function': 'examples/parameter-function',
  '@twelvefold-examples/service-and-pipeline': 'examples/service-and-pipeline',
  '@twelvefold-examples/table-and-queue': 'examples/table-and-queue',
};
const created = packageJson({ name: 'app', template: 'both', pm: 'npm', version: '0.1.0' });
/** Of this repository, and of an app that a page is about. */
const SCRIPTS = [...scriptsIn('package.json'), ...Object.keys(JSON.parse(created).scripts)];
const OF_NPM = ['ci', 'install', 'create', 'audit'];

function npmFaults([, command = '', ...rest]: readonly string[]): string[] {
  if (OF_NPM.includes(command)) return [];
  const script = command === 'run' ? (rest[0] ?? '') : command;
  const at = rest.findIndex((word) => word === '-w' || word === '--workspace');
  const folder = at === -1 ? undefined : WORKSPACES[rest[at + 1] ?? ''];
  if (at !== -1 && folder === undefined) return [`there is no workspace ${rest[at + 1]}`];
  const scripts = folder === undefined ? SCRIPTS : scriptsIn(`${folder}/package.json`);
  return script === '...' || scripts.includes(script) ? [] : [`there is no script ${script}`];
}

function twelvefoldFaults([, ...words]: readonly string[]): string[] {
  const end = words.findIndex((word) => /^[-[<]|\.\.\./.test(word) || /[./]/.test(word));
  const name = (end === -1 ? words : words.slice(0, end)).join(' ');
  const known = commands.filter((command) => `${command.name} `.startsWith(name === '' ? '' : `${name} `));
  const options = words.flatMap((word) => /^\[?--([\w-]+)/.exec(word)?.[1] ?? []);
  if (known.length === 0) return [`there is no command ${name}`];
  return options
    .filter((option) => option !== 'help' && option !== 'version')
    .filter((option) => !known.some((command) => Object.hasOwn(command.options, option)))
    .map((option) => `${name} has no --${option}`);
}

function faultsOf(command: string): string[] {
  const words = wordsOf(command);
  if (words[0] === 'npm') return npmFaults(words);
  if (words[0] === 'twelvefold') return twelvefoldFaults(words);
  if (words[0] === 'twelvefold-local') {
    const options = words.filter((word) => word.startsWith('--'));
    return options.filter((option) => !LOCAL_HELP.includes(`${option} `)).map((option) => `there is no ${option}`);
  }
  // A path of this repository; a bare name is a file of the reader's.
  const file = words.find((word) => /^(docs|test|infra|examples|packages|benchmarks)\/.*\.ts$/.test(word));
  return file === undefined || existsSync(join(ROOT, file)) ? [] : [`there is no file ${file}`];
}

it('commands in running text name commands, options, scripts and files that exist', () => {
  const current = pages().filter((page) => !OLD.test(page));
  const found = current.flatMap((page) => inlineCommands(readPage(page)).map((command) => ({ page, command })));
  expect(found.length).toBeGreaterThan(80);
  const wrong = found.flatMap(({ page, command }) => faultsOf(command).map((fault) => `${page}: ${command}: ${fault}`));
  expect(wrong).toEqual([]);
});

it.each([
  ['twelvefold dev app.ts --prot 1', 'dev has no --prot'],
  ['twelvefold config psuh app.ts', 'there is no command config psuh'],
  ['twelvefold-local --enforced', 'there is no --enforced'],
  ['npm run nothing', 'there is no script nothing'],
  ['npm start -w elsewhere', 'there is no workspace elsewhere'],
  ['node docs/nothing.ts', 'there is no file docs/nothing.ts'],
])('%s is found', (command, fault) => {
  expect(faultsOf(command)).toEqual([fault]);
});

import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { PackageManager } from './package-manager.ts';
import { PACKAGE_MANAGERS } from './package-manager.ts';

export const TEMPLATES = ['service', 'functions', 'both'] as const;
export type Template = (typeof TEMPLATES)[number];

export const HELP = `Usage: npm create twelvefold@latest [FOLDER] -- [options]

Creates an app in FOLDER, with tests, infrastructure, a CI file and, for a service, a Dockerfile.

  --template NAME   service (a container on Fargate), functions (Lambda), or both; default: both
  --pm NAME         npm, pnpm, yarn or bun; default: the one that runs this
  --install         install the dependencies
  --offline         with --install: from the package manager's cache only
  --overwrite       delete the files of a folder that is not empty, except .git
  -y, --yes         ask nothing: take the defaults
  --json            print one line of JSON with the folder, the files and the next commands
  --version         the version
  -h, --help        this text

Without a terminal nothing is asked, as with --yes. Exit codes: 0 created, 1 failed, 64 wrong usage.
`;

/** The command line, before questions fill the rest in. */
export interface Given {
  readonly folder: string | undefined;
  readonly template: Template | undefined;
  readonly pm: PackageManager | undefined;
  readonly install: boolean | undefined;
  readonly offline: boolean;
  readonly overwrite: boolean;
  readonly yes: boolean;
  readonly json: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** Everything that is decided before files are written. */
export interface Choices {
  readonly folder: string;
  readonly template: Template;
  readonly pm: PackageManager;
  readonly install: boolean;
  readonly overwrite: boolean;
}

/** A command line that makes no sense: exit code 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const OPTIONS = {
  template: { type: 'string' },
  pm: { type: 'string' },
  install: { type: 'boolean' },
  offline: { type: 'boolean', default: false },
  overwrite: { type: 'boolean', default: false },
  yes: { type: 'boolean', short: 'y', default: false },
  json: { type: 'boolean', default: false },
  version: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** @throws UsageError naming everything that is wrong */
export function readArguments(args: readonly string[]): Given {
  const { values, positionals, faults } = parse(args);
  const [folder, ...more] = positionals;
  for (const extra of more) faults.push(`unexpected argument ${JSON.stringify(extra)}`);
  const { template, pm, install } = values;
  if (template !== undefined && !isOneOf(TEMPLATES, template)) {
    faults.push(`--template ${JSON.stringify(template)} must be one of ${TEMPLATES.join(', ')}`);
  }
  if (pm !== undefined && !isOneOf(PACKAGE_MANAGERS, pm)) {
    faults.push(`--pm ${JSON.stringify(pm)} must be one of ${PACKAGE_MANAGERS.join(', ')}`);
  }
  if (values.offline && !install) faults.push('--offline needs --install');
  if (folder !== undefined) {
    const fault = nameFault(nameOf(folder));
    if (fault !== undefined) faults.push(fault);
  }
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  return {
    ...values,
    folder,
    template: template as Template | undefined, // checked above
    pm: pm as PackageManager | undefined, // checked above
    install,
  };
}

function parse(args: readonly string[]) {
  const faults: string[] = [];
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const known = Object.keys(OPTIONS)
    .map((name) => `--${name}`)
    .join(', ');
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(OPTIONS, token.name) ? OPTIONS[token.name as keyof typeof OPTIONS] : undefined;
    if (option === undefined) faults.push(`unknown option ${token.rawName}; known: ${known}`);
    else if (option.type === 'string' && !token.value) faults.push(`${token.rawName} needs a value`);
    else if (option.type === 'boolean' && token.value !== undefined) faults.push(`${token.rawName} takes no value`);
  }
  // Every option was checked above; parseArgs types the values of a lenient reading loosely.
  return { values: values as ReturnType<typeof strictly>['values'], positionals, faults };
}

const strictly = () => parseArgs({ args: [], options: OPTIONS });

function isOneOf<T extends string>(list: readonly T[], text: string): text is T {
  return (list as readonly string[]).includes(text);
}

/** The app's name: the last part of the folder, also of `.`. */
export function nameOf(folder: string): string {
  return basename(resolve(folder));
}

/** Part of every physical name: a bucket, a queue and a function take these letters. */
export function nameFault(name: string): string | undefined {
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) && name.length <= 30
    ? undefined
    : `${JSON.stringify(name)} cannot be the app's name: it takes lower-case words joined by hyphens, at most 30 characters`;
}

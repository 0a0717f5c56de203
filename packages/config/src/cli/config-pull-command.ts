import { ConfigError } from '../errors/config-error.ts';
import { collectFaults } from '../load/collect-faults.ts';
import { fetchCalls } from '../load/fetch-calls.ts';
import type { Found } from '../load/find-value.ts';
import { findValue } from '../load/find-value.ts';
import { lookupOf } from '../plan/lookup.ts';
import { planCalls } from '../plan/plan-calls.ts';
import type { ConfigLeaf } from '../schema/leaf.ts';
import { dotenvLine } from '../sources/dotenv.ts';
import type { FileSource } from '../sources/file-source.ts';
import { file } from '../sources/file-source.ts';
import type { ConfigInput, ConfigIo } from './config-command.ts';
import {
  confirmTarget,
  exitOf,
  loadTarget,
  portOf,
  TARGET_ARGUMENTS,
  TARGET_OPTIONS,
  usage,
} from './config-command.ts';

/** The mode of a file with secrets: only its owner can read it. */
const OWNER_ONLY = 0o600;

/**
 * `twelvefold config pull`: what the stores of a stage hold, as a file that `config push` and a
 * `file()` source read.
 */
export const configPullCommand = {
  name: 'config pull',
  summary: 'Write what the stores of a stage hold to a file or standard output; without --reveal no secrets',
  details:
    'The environment, files and defaults are left out. --reveal asks for APP/STAGE to be typed, or takes it as --confirm; only the owner can read the file that it writes.',
  arguments: TARGET_ARGUMENTS,
  options: {
    ...TARGET_OPTIONS,
    out: { value: 'FILE', description: 'The file (.env, .json, .yaml); standard output, in JSON, without it' },
    force: { description: 'Replace the file when it is there' },
    reveal: { description: 'Secrets too, in clear' },
    confirm: { value: 'APP/STAGE', description: 'What --reveal asks for, typed in advance' },
    json: { description: 'JSON, as without --out' },
  },
  run: async (input: ConfigInput, io: ConfigIo): Promise<number> => {
    const target = await loadTarget(input, io, 'pull config');
    const { app, stage, config } = target;
    const out = input.optional('out');
    if (out !== undefined && input.flag('json'))
      throw usage('--json is for standard output; a file is what its name says');
    const format = out === undefined ? 'json' : file(out).format;
    const exists = `${out} is there already; give --force to replace it`;
    if (out !== undefined && !input.flag('force') && (await io.readFile(out)) !== undefined) throw usage(exists);
    const reveal = input.flag('reveal');
    if (reveal) await confirmTarget(target, `secrets of ${app} at stage ${stage} are written in clear`, input, io);

    const sources = config.sources.filter(({ kind }) => kind === 'parameterStore' || kind === 'secretsManager');
    const stored = config.leaves.filter((leaf) => lookupOf(leaf, sources, target) !== undefined);
    const wanted = stored.filter((leaf) => reveal || !leaf.secret);
    const answers = await fetchCalls(await portOf(io), planCalls(wanted, sources, target), undefined);
    const readings = { sources, target: { app, stage }, env: {}, answers, customs: [], files: [] };
    const found = new Map(wanted.map((leaf) => [leaf, findValue(leaf, readings)]));
    // A text that the schema refuses is pulled to be put right; what could not be read would be
    // missing in silence.
    const unread = wanted.filter(
      (leaf) => found.get(leaf)?.kind === 'fault' && pulledValue(leaf, found.get(leaf)) === undefined,
    );
    if (unread.length > 0)
      return exitOf(new ConfigError({ app, stage }, collectFaults(unread, found, [], readings)), io);
    const values = wanted.flatMap((leaf): PulledValue[] => {
      const value = pulledValue(leaf, found.get(leaf));
      return value === undefined ? [] : [[leaf, value]];
    });
    const left = stored.filter((leaf) => leaf.secret && !reveal);

    const text = valuesText(format, values, left);
    if (out === undefined) io.stdout.write(text);
    else
      await write(io, out, text, { exclusive: !input.flag('force'), ...(reveal ? { mode: OWNER_ONLY } : {}) }, exists);
    if (left.length > 0)
      io.stderr.write(`${left.length} secrets are left out: ${left.map(({ key }) => key).join(', ')}\n`);
    return 0;
  },
};

/** JSON stays what it is; everything else is the text that is stored, to the character. */
function pulledValue({ reads, place }: ConfigLeaf, found: Found | undefined): unknown {
  if (found?.kind === 'value') return reads === 'json' ? found.value : found.raw;
  // A secret's JSON that is at fault as a whole is not a value of the key.
  const whole = place.in === 'secretsManager' && place.jsonKey !== undefined;
  return found?.kind === 'fault' && found.reason === 'malformed' && !whole ? found.raw : undefined;
}

async function write(
  io: ConfigIo,
  path: string,
  text: string,
  options: { exclusive: boolean; mode?: number },
  exists: string,
): Promise<void> {
  try {
    await io.writeFile(path, text, options);
  } catch (error) {
    // Another process has made it in the meantime.
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw usage(exists);
    throw error;
  }
}

/** A key, and what a store holds for it: text, or what JSON holds. */
export type PulledValue = readonly [leaf: ConfigLeaf, value: unknown];

/**
 * Values as the text of a file, which a `file()` source and `config push` read back to the same
 * values. Keys that are `left` out are comments, where the format has them.
 */
function valuesText(format: FileSource['format'], values: readonly PulledValue[], left: readonly ConfigLeaf[]): string {
  switch (format) {
    case 'env':
      return [
        ...left.map(({ env }) => `# ${env}=\n`),
        ...values.map(([{ env }, value]) => dotenvLine(env, textOf(value))),
      ].join('');
    case 'json':
      return `${JSON.stringify(treeOf(values), null, 2)}\n`;
    case 'yaml':
      return [...left.map(({ key }) => `# ${key}:\n`), ...(values.length === 0 ? ['{}\n'] : yamlLines(values))].join(
        '',
      );
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function treeOf(values: readonly PulledValue[]): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [{ path }, value] of values) {
    let at = root;
    for (const segment of path.slice(0, -1)) {
      at[segment] ??= {};
      at = at[segment] as Record<string, unknown>; // a level of the schema, made above or for a key beside this one
    }
    at[path.at(-1) ?? ''] = value;
  }
  return root;
}

function yamlLines(values: readonly PulledValue[]): string[] {
  let above: readonly string[] = [];
  return values.flatMap(([{ path }, value]) => {
    // The schema's order keeps the keys of a level together.
    const shared = path.findIndex((segment, at) => at === path.length - 1 || segment !== above[at]);
    above = path.slice(0, -1);
    return path.slice(shared).map((segment, at) => {
      const isLeaf = shared + at === path.length - 1;
      return `${'  '.repeat(shared + at)}${yamlText(segment)}:${isLeaf ? ` ${yamlText(value)}` : ''}\n`;
    });
  });
}

/**
 * JSON, which YAML 1.2 reads as it is, but for control characters that only JSON takes unescaped.
 */
function yamlText(value: unknown): string {
  const escaped = (text: string) => `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, escaped);
}

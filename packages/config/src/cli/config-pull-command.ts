import { ConfigError } from '../errors/config-error.ts';
import { collectFaults } from '../load/collect-faults.ts';
import { fetchCalls } from '../load/fetch-calls.ts';
import type { Found } from '../load/find-value.ts';
import { findValue } from '../load/find-value.ts';
import { lookupOf } from '../plan/lookup.ts';
import { planCalls } from '../plan/plan-calls.ts';
import type { ConfigLeaf } from '../schema/leaf.ts';
import { file } from '../sources/file.ts';
import type { ConfigInput, ConfigIo } from './config-io.ts';
import { portOf } from './config-io.ts';
import { loadTarget, TARGET_ARGUMENTS, TARGET_OPTIONS, usage } from './config-target.ts';
import { confirmTarget } from './confirm-target.ts';
import { exitOf } from './exit-of.ts';
import type { PulledValue } from './values-text.ts';
import { valuesText } from './values-text.ts';

/** A file with secrets is its owner's alone. */
const OWNER_ONLY = 0o600;

/** `twelvefold config pull`: what the stores of a stage hold, as a file that `config push` and a `file()` source read. */
export const configPullCommand = {
  name: 'config pull',
  summary: 'Write what the stores of a stage hold to a file or standard output; without --reveal no secrets',
  details:
    'The environment, files and defaults are left out. --reveal asks for APP/STAGE to be typed, or takes it as --confirm; what it writes is readable by its owner alone.',
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
    // A text that the schema refuses is pulled to be put right; what could not be read would be missing in silence.
    const unread = wanted.filter(
      (leaf) => found.get(leaf)?.kind === 'fault' && textOf(leaf, found.get(leaf)) === undefined,
    );
    if (unread.length > 0)
      return exitOf(new ConfigError({ app, stage }, collectFaults(unread, found, [], readings)), io);
    const values = wanted.flatMap((leaf): PulledValue[] => {
      const value = textOf(leaf, found.get(leaf));
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
function textOf({ reads, place }: ConfigLeaf, found: Found | undefined): unknown {
  if (found?.kind === 'value') return reads === 'json' ? found.value : found.raw;
  // What is at fault with a secret's JSON as a whole is no value of the key.
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
    // Somebody made it in the meantime.
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw usage(exists);
    throw error;
  }
}

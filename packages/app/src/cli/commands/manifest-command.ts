import { toError, UsageError } from '@twelvefold/core/internal';
import { storedMismatches } from '../../manifest/stored-mismatches.ts';
import type { Command, CommandIo } from '../command.ts';
import type { JsonDifference } from '../json-differences.ts';
import { differenceLine, jsonDifferences } from '../json-differences.ts';
import { loadManifest } from '../load-manifest.ts';

/** More differences than this mean that the file belongs to another app. */
const MOST_LINES = 40;

/** `twelvefold manifest`: the app as data, printed, written or held against a file. */
export const manifestCommand: Command = {
  name: 'manifest',
  summary: "Print an app's manifest, write it, or check that a file still says the same",
  details:
    'A file is compared by what it says, not by its layout. Rows and messages that the last release wrote and the new schemas may refuse are listed.',
  arguments: [{ name: 'module', description: 'What exports the manifest: built, or TypeScript' }],
  options: {
    export: { value: 'NAME', description: 'The export that buildManifest() made', default: 'manifest' },
    out: { value: 'FILE', description: 'Write it there instead, unless the file says the same already' },
    check: { value: 'FILE', description: 'Exit with 1 and the differences when the file says something else' },
    json: { description: 'One line; with --check the differences as JSON' },
  },
  run: async (input, io) => {
    const [out, check] = [input.optional('out'), input.optional('check')];
    if (out !== undefined && check !== undefined) throw new UsageError('--out and --check exclude each other');
    const module = input.text('module');
    const manifest = await loadManifest(io, module, input.text('export'));
    for (const note of manifest.notes ?? []) io.stderr.write(`note: ${note}\n`);
    const text = `${JSON.stringify(manifest, null, input.flag('json') ? 0 : 2)}\n`;
    if (check !== undefined) {
      const last = await readManifest(io, check);
      const differences = jsonDifferences(last, JSON.parse(text));
      const mismatches = storedMismatches(last, manifest);
      return input.flag('json')
        ? reportJson(io, check, differences, mismatches)
        : report(io, check, differences, mismatches, module);
    }
    if (out === undefined) {
      io.stdout.write(text);
      return 0;
    }
    const same = (await io.readFile(out)) === text;
    if (!same) await write(io, out, text);
    if (io.isTTY) io.stdout.write(`${out} ${same ? 'is up to date' : 'written'}\n`);
    return 0;
  },
};

async function write(io: CommandIo, file: string, text: string): Promise<void> {
  try {
    await io.writeFile(file, text);
  } catch (error) {
    throw new Error(`Cannot write ${file}: ${toError(error).message}`, { cause: error });
  }
}

async function readManifest(io: CommandIo, file: string): Promise<unknown> {
  const text = await io.readFile(file);
  if (text === undefined) throw new Error(`Cannot check ${file}: there is no such file; write it with --out ${file}`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot check ${file}: it is not JSON; write it again with --out ${file}`, { cause: error });
  }
}

function reportJson(
  io: CommandIo,
  file: string,
  differences: readonly JsonDifference[],
  misfits: readonly string[],
): number {
  io.stdout.write(`${JSON.stringify({ file, stale: differences.length > 0, differences, misfits })}\n`);
  return differences.length > 0 ? 1 : 0;
}

function report(
  io: CommandIo,
  file: string,
  differences: readonly JsonDifference[],
  mismatches: readonly string[],
  module: string,
): number {
  if (differences.length === 0) {
    if (io.isTTY) io.stdout.write(`${file} is up to date\n`);
    return 0;
  }
  const left = differences.length - MOST_LINES;
  io.stderr.write(
    [
      `twelvefold: ${file} is stale (- only there, + only in the app, ~ changed)`,
      ...differences.slice(0, MOST_LINES).map((difference) => `  ${differenceLine(difference)}`),
      ...(left > 0 ? [`  and ${left} more`] : []),
      ...(mismatches.length > 0 ? ['Data of the last release may not fit the new schemas:'] : []),
      ...mismatches.map((mismatch) => `  ! ${mismatch}`),
      `Write it again: twelvefold manifest ${module} --out ${file}`,
      '',
    ].join('\n'),
  );
  return 1;
}

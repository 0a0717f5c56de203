import { ConfigError } from '../errors/config-error.ts';
import type { ReadConfig } from '../load/read-config.ts';
import { readConfig } from '../load/read-config.ts';
import type { ConfigLeaf, DerivedLeaf } from '../schema/leaf.ts';
import type { ConfigInput, ConfigIo } from './config-io.ts';
import { portOf } from './config-io.ts';
import { loadTarget, TARGET_ARGUMENTS, TARGET_OPTIONS } from './config-target.ts';
import { exitCodeOf } from './exit-of.ts';

interface Row {
  readonly key: string;
  readonly secret: boolean;
  /** `ok`, `default`, `absent` (it may be), `derived` (made from others), or the reason of its fault. */
  readonly state: string;
  readonly source?: string;
  readonly version?: string;
  readonly ageMs?: number;
}

/** `twelvefold config doctor`: what each key's value is found in, and whether all of it would load. A gate for deployments. */
export const configDoctorCommand = {
  name: 'config doctor',
  summary:
    'Load the config of a stage and say of each key where its value is, its version and age; exit 78 when it would not load',
  details:
    'Values are read and never shown. It reads with your permissions, which are not the permissions of the app. A table on a terminal, one line of JSON in a pipe.',
  arguments: TARGET_ARGUMENTS,
  options: {
    ...TARGET_OPTIONS,
    'no-env': { description: "Leave this machine's environment out: what does the stage have" },
    json: { description: 'One line of JSON, on a terminal too' },
    text: { description: 'The table, in a pipe too' },
  },
  run: async (input: ConfigInput, io: ConfigIo): Promise<number> => {
    const { app, stage, config } = await loadTarget(input, io, 'check config');
    const env = input.flag('no-env') ? {} : io.env;
    const result = await readConfig(config, { app, stage, env, aws: await portOf(io) });
    const rows = [
      ...config.leaves.map((leaf) => rowOf(leaf, result, Date.now())),
      ...config.derived.map((leaf) => derivedRow(leaf, result)),
    ];
    const error = result.output === undefined ? new ConfigError({ app, stage }, result.faults) : undefined;
    if (input.flag('json') || (io.isTTY !== true && !input.flag('text'))) {
      io.stdout.write(
        `${JSON.stringify({ app, stage, ok: error === undefined, retryable: error?.retryable ?? false, keys: rows, faults: result.faults })}\n`,
      );
    } else {
      io.stdout.write(table(rows));
      if (error) io.stderr.write(`${error.message}\n`);
    }
    return error === undefined ? 0 : exitCodeOf(error);
  },
};

function rowOf(leaf: ConfigLeaf, { found, faults }: ReadConfig, nowMs: number): Row {
  const value = found.get(leaf);
  const fault = faults.find(({ key }) => key === leaf.key);
  const base = { key: leaf.key, secret: leaf.secret };
  if (fault) return { ...base, state: fault.reason, ...(fault.source === undefined ? {} : { source: fault.source }) };
  if (value?.kind !== 'value') return { ...base, state: leaf.hasDefault ? 'default' : 'absent' };
  const { secretVersion, version = secretVersion?.(), modifiedAt } = value.answer?.kind === 'value' ? value.answer : {};
  return {
    ...base,
    state: 'ok',
    source: value.source,
    ...(version === undefined ? {} : { version }),
    ...(modifiedAt === undefined ? {} : { ageMs: Math.max(0, nowMs - new Date(modifiedAt).getTime()) }),
  };
}

function derivedRow({ key, secret, inputs }: DerivedLeaf, { faults }: ReadConfig): Row {
  const state = faults.find((fault) => fault.key === key)?.reason ?? 'derived';
  const names = Object.values(inputs).map((input) => input.key);
  return { key, secret, state, source: `made from ${names.join(', ')}` };
}

function table(rows: readonly Row[]): string {
  const cells = rows.map(({ key, secret, state, source = '', version = '', ageMs }) => [
    `${key}${secret ? ' [secret]' : ''}`,
    state,
    source,
    version,
    ageMs === undefined ? '' : ageText(ageMs),
  ]);
  const all = [['KEY', 'STATE', 'SOURCE', 'VERSION', 'AGE'], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function ageText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 120) return `${minutes}m`;
  return minutes < 2_880 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 1_440)}d`;
}

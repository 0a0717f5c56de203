import { ConfigError } from '../errors/config-error.ts';
import type { ReadConfig } from '../load/read-config.ts';
import { readConfig } from '../load/read-config.ts';
import type { ConfigLeaf, DerivedLeaf } from '../schema/leaf.ts';
import type { ConfigTarget } from '../schema/names.ts';
import type { ConfigInput, ConfigIo } from './config-command.ts';
import { EXIT_CONFIG, exitCodeOf, loadTarget, portOf, TARGET_ARGUMENTS, TARGET_OPTIONS } from './config-command.ts';
import type { Undeclared } from './undeclared.ts';
import { findUndeclared } from './undeclared.ts';

interface Row {
  readonly key: string;
  readonly secret: boolean;
  /**
   * `ok`, `default`, `absent` (it may be), `derived` (made from others), or the reason of its
   * fault.
   */
  readonly state: string;
  readonly source?: string;
  readonly version?: string;
  readonly ageMs?: number;
}

/**
 * `twelvefold config doctor`: where each key's value is, whether all of it would load, and what no
 * key reads. A gate for deployments.
 */
export const configDoctorCommand = {
  name: 'config doctor',
  summary:
    'Load the config of a stage; list the place, version and age of each value, and what the stores have that the schema has not; exit 78 when it would not load or the schema lacks a key',
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
    const aws = await portOf(io);
    const result = await readConfig(config, { app, stage, env, aws });
    const undeclared = await findUndeclared(aws, config, { app, stage });
    const nowMs = io.now?.() ?? Date.now();
    const rows = [
      ...config.leaves.map((leaf) => rowOf(leaf, result, nowMs)),
      ...config.derived.map((leaf) => derivedRow(leaf, result)),
    ];
    const error = result.output === undefined ? new ConfigError({ app, stage }, result.faults) : undefined;
    const ok = error === undefined && undeclared.found.length === 0;
    if (input.flag('json') || (io.isTTY !== true && !input.flag('text'))) {
      io.stdout.write(
        `${JSON.stringify({ app, stage, ok, retryable: error?.retryable ?? false, keys: rows, faults: result.faults, undeclared: undeclared.found, unlisted: undeclared.unlisted })}\n`,
      );
    } else {
      io.stdout.write(table(rows));
      if (error) io.stderr.write(`${error.message}\n`);
      io.stderr.write(undeclaredText({ app, stage }, undeclared));
    }
    if (error !== undefined) return exitCodeOf(error);
    return ok ? 0 : EXIT_CONFIG;
  },
};

function undeclaredText({ app, stage }: ConfigTarget, { found, unlisted }: Undeclared): string {
  const labels = { parameterStore: 'Parameter Store', secretsManager: 'Secrets Manager' };
  const lines = [
    ...(found.length === 0
      ? []
      : [`The stores of ${app} (stage ${stage}) have what no key of the schema reads; delete it, or add the key:`]),
    ...found.map(({ in: store, name }) => `  ${labels[store]} ${name}`),
    ...unlisted.map((reason) => `Cannot list what the schema does not have: ${reason}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

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

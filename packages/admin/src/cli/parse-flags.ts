import { camelCase, kebabCase } from './flag-name.ts';
import type { ParamInfo } from './param-info.ts';

export interface ParsedFlags {
  /** By parameter name. */
  params: Record<string, unknown>;
  json: boolean;
  help: boolean;
  /** Flags of a launch, by name; `true` for one without a value. */
  given: Readonly<Record<string, string | true>>;
  /** Faults of the command line, each a sentence. */
  faults: readonly string[];
}

/** Flags of every task. A parameter of one of these names cannot be given on the command line. */
export const RESERVED_FLAGS: readonly string[] = ['json', 'help'];

/** Flags of a launch. A parameter of the same name wins. */
export const LAUNCH_FLAGS: Readonly<Record<string, { readonly value?: string; readonly text: string }>> = {
  'dry-run': { text: 'Record the writes of ctx.backing instead of making them; other clients are out of reach' },
  on: { value: 'here|lambda|ecs', text: 'Where to run (default: here)' },
  detach: { text: 'Do not follow a run on another host' },
  canary: { value: 'records', text: 'Pause after so many records' },
  confirm: { value: 'text', text: 'The confirmation of a run at a production stage' },
};

const FLAG = /^--([A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*)(?:=(.*))?$/s;

/**
 * Reads `--since-date 2026-01-01 --dry-run --no-cache --tag a --tag=b` as
 * `{ sinceDate: '2026-01-01', dryRun: true, cache: false, tag: ['a', 'b'] }`.
 *
 * With `known` parameters, values are converted to the schema's types (a number, a list of one) and
 * other flags are faults. Without, any flag is accepted, one without a value is `true`, and values
 * are text.
 */
export function parseFlags(
  args: readonly string[],
  known: readonly ParamInfo[] | undefined,
  launchFlags: typeof LAUNCH_FLAGS = {},
): ParsedFlags {
  const values = new Map<string, unknown[]>();
  const given: Record<string, string | true> = {};
  const faults: string[] = [];
  let json = false;
  let help = false;
  const rest = [...args];

  const add = (name: string, value: unknown) => values.set(name, [...(values.get(name) ?? []), value]);
  const find = (flag: string) => known?.find(({ name }) => kebabCase(name) === flag || name === flag);

  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '-h') help = true;
    const match = FLAG.exec(arg);
    if (!match) {
      if (arg !== '-h') faults.push(`Unexpected argument ${JSON.stringify(arg)}: give values as --flag value`);
      continue;
    }
    const flag = match[1] as string; // The pattern has matched.
    const inline = match[2];
    if (RESERVED_FLAGS.includes(flag)) {
      if (inline !== undefined) faults.push(`--${flag} takes no value`);
      if (flag === 'json') json = true;
      else help = true;
      continue;
    }
    if (Object.hasOwn(launchFlags, flag)) {
      const takesValue = launchFlags[flag]?.value !== undefined;
      if (!takesValue && inline !== undefined) faults.push(`--${flag} takes no value`);
      else if (!takesValue) given[flag] = true;
      else if (inline !== undefined) given[flag] = inline;
      else if (isValue(rest[0])) given[flag] = rest.shift() ?? '';
      else faults.push(`--${flag} needs a value`);
      continue;
    }
    const info = find(flag);
    const negated = !info && flag.startsWith('no-') ? flag.slice('no-'.length) : undefined;
    const target = negated === undefined ? info : find(negated);
    const name = target?.name ?? camelCase(negated ?? flag);
    if (known && !target) {
      const list = [...known.map((param) => kebabCase(param.name)), ...Object.keys(launchFlags)].map(
        (name) => `--${name}`,
      );
      faults.push(`Unknown flag --${flag}; known: ${[...list, '--json', '--help'].join(', ')}`);
      // Whatever follows it was meant for it.
      if (inline === undefined && isValue(rest[0])) rest.shift();
    } else if (negated !== undefined) {
      if (inline !== undefined) faults.push(`--${flag} takes no value`);
      else if (target && target.type !== 'boolean' && target.type !== 'unknown') {
        faults.push(`--${flag} is not a flag: --${negated} takes a value`);
      } else add(name, false);
    } else if (inline !== undefined) add(name, inline);
    else if (target?.type === 'boolean') add(name, rest[0] === 'true' || rest[0] === 'false' ? rest.shift() : true);
    else if (isValue(rest[0])) add(name, rest.shift());
    else if (target && target.type !== 'unknown') faults.push(`--${flag} needs a value`);
    else add(name, true);
  }

  const params: Record<string, unknown> = {};
  for (const [name, list] of values) {
    const info = known?.find((param) => param.name === name);
    if (info?.type === 'array') params[name] = list.map((value) => convert(value, info.items));
    else if (list.length === 1) params[name] = convert(list[0], info?.type);
    else if (info && info.type !== 'unknown') faults.push(`--${kebabCase(name)} is given ${list.length} times`);
    else params[name] = list;
  }
  return { params, json, help, faults, given };
}

/** Negative numbers are values. A value that begins with `--` is written as `--flag=--value`. */
function isValue(arg: string | undefined): boolean {
  return arg !== undefined && !arg.startsWith('--');
}

/** Text converted to the type; the schema refuses text that does not fit. */
function convert(value: unknown, type: ParamInfo['type'] | undefined): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'number' && value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

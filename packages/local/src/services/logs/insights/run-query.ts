import type { Row } from './evaluate.ts';
import { compare, evaluate, toNumber } from './evaluate.ts';
import type { Column, Command, Expression } from './parse-query.ts';
import { malformed } from './parse-query.ts';

/** Source: user guide, "Supported statistics": how deep and how wide JSON is discovered. */
const MAX_FIELDS = 200;

/** The fields of a JSON message, nested ones with dots, as Insights discovers them. */
export function discoverFields(message: string): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  let count = 0;
  const add = (name: string, value: unknown) => {
    if (count >= MAX_FIELDS) return;
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) add(name === '' ? key : `${name}.${key}`, inner);
    } else if (name !== '' && value !== null) {
      count += 1;
      Object.defineProperty(fields, name, { value, enumerable: true, configurable: true });
    }
  };
  try {
    const parsed: unknown = JSON.parse(message);
    if (typeof parsed === 'object') add('', parsed);
  } catch {
    // not JSON: no fields
  }
  return fields;
}

type Aggregate = (values: readonly unknown[], args: readonly unknown[]) => unknown;

const numbers = (values: readonly unknown[]) => values.flatMap((value) => toNumber(value) ?? []);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const ordered = (values: readonly unknown[]) => [...values].filter((value) => value !== undefined).sort(compare);

/** Linear between the two nearest ranks. */
function percentile(values: readonly unknown[], percent: number): number | undefined {
  const sorted = numbers(values).sort((a, b) => a - b);
  const rank = ((sorted.length - 1) * percent) / 100;
  const [low, high] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return low === undefined || high === undefined ? undefined : low + (high - low) * (rank - Math.floor(rank));
}

function deviation(values: readonly unknown[]): number | undefined {
  const all = numbers(values);
  if (all.length === 0) return undefined;
  const mean = sum(all) / all.length;
  return Math.sqrt(sum(all.map((value) => (value - mean) ** 2)) / all.length);
}

const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  avg: (values) => (numbers(values).length === 0 ? undefined : sum(numbers(values)) / numbers(values).length),
  count: (values) => values.filter((value) => value !== undefined && value !== null).length,
  count_distinct: (values) => new Set(values.filter((value) => value !== undefined).map(String)).size,
  earliest: (values) => values.at(-1),
  latest: (values) => values[0],
  max: (values) => ordered(values).at(-1),
  median: (values) => percentile(values, 50),
  min: (values) => ordered(values)[0],
  pct: (values, [, percent]) => percentile(values, toNumber(percent) ?? 0),
  percentile: (values, [, percent]) => percentile(values, toNumber(percent) ?? 0),
  stddev: (values) => deviation(values),
  sum: (values) => sum(numbers(values)),
};

const isAggregate = (name: string) => Object.hasOwn(AGGREGATES, name);

/** An expression over a group of rows: aggregates are computed first. */
function evaluateGroup(expression: Expression, rows: readonly Row[]): unknown {
  if (expression.kind === 'call' && isAggregate(expression.name)) {
    const [first, ...more] = expression.args;
    const all = first === undefined || (first.kind === 'value' && first.value === '*');
    const values = rows.map((row) => (all ? 1 : evaluate(first, row)));
    return AGGREGATES[expression.name]?.(values, [undefined, ...more.map((argument) => evaluate(argument, {}))]);
  }
  if (expression.kind === 'binary') {
    const value = (of: Expression): Expression => ({ kind: 'value', value: toNumber(evaluateGroup(of, rows)) ?? '' });
    return evaluate({ ...expression, left: value(expression.left), right: value(expression.right) }, {});
  }
  if (expression.kind === 'value') return expression.value;
  throw malformed('stats needs aggregate functions, e.g. count(*)');
}

const columnsOf = (columns: readonly Column[], row: Row): Record<string, unknown> =>
  Object.fromEntries(columns.map(({ name, expression }) => [name, evaluate(expression, row)]));

function aggregate({ columns, by }: Command & { kind: 'stats' }, rows: readonly Row[]): Row[] {
  const groups = new Map<string, { readonly keys: Row; readonly rows: Row[] }>();
  for (const row of rows) {
    const keys = columnsOf(by, row);
    const id = JSON.stringify(Object.values(keys).map((value) => value ?? null));
    const group = groups.get(id) ?? { keys, rows: [] };
    group.rows.push(row);
    groups.set(id, group);
  }
  // Without `by` there is one row, also for no records.
  const all = groups.size === 0 && by.length === 0 ? [{ keys: {}, rows: [] }] : [...groups.values()];
  return all.map((group) => ({
    ...group.keys,
    ...Object.fromEntries(columns.map(({ name, expression }) => [name, evaluateGroup(expression, group.rows)])),
  }));
}

function parseField({ source, pattern, names }: Command & { kind: 'parse' }, row: Row): Row {
  const match = pattern.exec(String(evaluate(source, row) ?? ''));
  if (match === null) return row;
  return {
    ...row,
    ...Object.fromEntries(names.map((name, index) => [name, match.groups?.[name] ?? match[index + 1]])),
  };
}

export interface QueryResult {
  /** The columns to show, in their order. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Records that passed the filters. */
  readonly matched: number;
  /** Whether rows are aggregates, which have no record behind them. */
  readonly aggregated: boolean;
}

/** Runs commands over records, newest first. `limit` counts unless the query has its own. */
export function runQuery(commands: readonly Command[], records: readonly Row[], limit: number): QueryResult {
  let rows = records;
  let columns: string[] = [];
  let matched = records.length;
  let aggregated = false;
  let most = limit;
  for (const command of commands) {
    if (command.kind === 'filter') {
      rows = rows.filter((row) => Boolean(evaluate(command.condition, row)));
      if (!aggregated) matched = rows.length;
    } else if (command.kind === 'parse') {
      rows = rows.map((row) => parseField(command, row));
    } else if (command.kind === 'stats') {
      rows = aggregate(command, rows);
      columns = [...command.by, ...command.columns].map(({ name }) => name);
      aggregated = true;
    } else if (command.kind === 'sort') {
      rows = sorted(command, rows);
    } else if (command.kind === 'limit') {
      most = command.count;
      rows = rows.slice(0, most);
    } else {
      rows = rows.map((row) => ({ ...row, ...columnsOf(command.columns, row) }));
      const names = command.columns.map(({ name }) => name);
      columns = command.kind === 'display' ? names : [...new Set([...columns, ...names])];
    }
  }
  return {
    columns: columns.length === 0 ? ['@timestamp', '@message'] : columns,
    rows: rows.slice(0, most),
    matched,
    aggregated,
  };
}

/** Rows without a value come last. */
function sorted({ keys }: Command & { kind: 'sort' }, rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => {
    for (const { of, descending } of keys) {
      const [left, right] = [evaluate(of, a), evaluate(of, b)];
      if (left === undefined || right === undefined) {
        if (left !== right) return left === undefined ? 1 : -1;
        continue;
      }
      const order = compare(left, right);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}

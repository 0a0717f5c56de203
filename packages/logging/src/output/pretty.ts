import { inert } from './inert.ts';
import type { Color } from './painter.ts';
import { painter } from './painter.ts';

export interface PrettyOptions {
  color: boolean;
  /** Fields that every line would repeat: shown by the JSON format only. */
  hidden: ReadonlySet<string>;
}

const HEAD = new Set(['level', 'message', 'timestamp', 'service', 'component', 'correlation_id']);
/** The same on every line, or of use to machines only. */
const NOISE = new Set(['kind', 'sampling_rate', 'xray_trace_id', 'traceparent']);
const LEVEL_COLORS: Readonly<Record<string, Color>> = {
  TRACE: 'dim',
  DEBUG: 'blue',
  INFO: 'green',
  WARN: 'yellow',
  ERROR: 'red',
  CRITICAL: 'magenta',
};

/**
 * An entry for people at a terminal: time, level, component, message, correlation id and fields on
 * one line, and the stacks of errors below it. Takes what `toPlain` made, so nothing secret is left
 * in it.
 *
 * @example
 * ```text
 * 21:38:08.123 INFO  orders Order placed 5f0c...1a orderId="o-1" totalCents=1190
 * ```
 */
export function pretty(entry: Readonly<Record<string, unknown>>, options: PrettyOptions): string {
  const paint = painter(options.color);
  const level = String(entry.level ?? '');
  const words = [
    paint('dim', time(entry.timestamp)),
    paint(LEVEL_COLORS[level] ?? 'bold', level.padEnd(5)),
    paint('cyan', inert(String(entry.component ?? entry.service ?? ''))),
    paint('bold', typeof entry.message === 'string' ? inert(entry.message) : value(entry.message)),
    paint('dim', inert(String(entry.correlation_id ?? ''))),
  ];
  const stacks: string[] = [];
  for (const [key, field] of Object.entries(entry)) {
    if (HEAD.has(key) || NOISE.has(key) || options.hidden.has(key)) continue;
    if (isErrorShape(field)) stacks.push(...stackLines(field, key === 'error' ? '' : `${inert(key)}: `));
    else words.push(`${paint('dim', `${inert(key)}=`)}${value(field)}`);
  }
  return [words.filter((word) => word !== '').join(' '), ...stacks.map((line) => paint('dim', line))].join('\n');
}

interface ErrorShape {
  name: unknown;
  message: unknown;
  stack?: unknown;
  cause?: unknown;
  errors?: unknown;
}

function isErrorShape(field: unknown): field is ErrorShape {
  return typeof field === 'object' && field !== null && 'name' in field && 'message' in field && 'location' in field;
}

function stackLines(error: ErrorShape, prefix: string): string[] {
  const { name, message, stack, cause, errors, ...rest } = error;
  const text = typeof stack === 'string' && stack !== '' ? stack : `${String(name)}: ${String(message)}`;
  const [first = '', ...frames] = text.split('\n').map(inert);
  const lines = [
    `    ${prefix}${first}`,
    ...frames.map((frame) => `    ${frame.trimStart().replace(/^at /, '  at ')}`),
  ];
  const extra = Object.entries(rest).filter(([key]) => key !== 'location');
  if (extra.length > 0) lines.push(`      ${extra.map(([key, field]) => `${inert(key)}=${value(field)}`).join(' ')}`);
  if (isErrorShape(cause)) lines.push(...stackLines(cause, 'caused by '));
  else if (cause !== undefined) lines.push(`    caused by ${value(cause)}`);
  if (Array.isArray(errors)) {
    for (const inner of errors) if (isErrorShape(inner)) lines.push(...stackLines(inner, 'one of '));
  }
  return lines;
}

function time(timestamp: unknown): string {
  return typeof timestamp === 'string' ? timestamp.slice(11, 23) : '';
}

function value(field: unknown): string {
  return inert(JSON.stringify(field) ?? '');
}

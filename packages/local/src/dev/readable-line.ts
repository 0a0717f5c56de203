import { stripVTControlCharacters, styleText } from 'node:util';

/** Fields that a reader at a terminal does not need on each line. */
const HIDDEN = new Set([
  'timestamp',
  'level',
  'message',
  'service',
  'component',
  'stage',
  'error',
  'sampling_rate',
  'xray_trace_id',
  'cold_start',
  'function_arn',
  'function_memory_size',
  'function_name',
  'function_request_id',
  'function_version',
]);

const COLORS = { DEBUG: 'gray', INFO: 'cyan', WARN: 'yellow', ERROR: 'red', CRITICAL: 'red' } as const;

/**
 * One line of a process for a reader: a JSON log line as time, level, component, message and
 * fields;
 * any other line as it is. Undefined for metrics, and for what Lambda's platform reports.
 */
export function readableLine(source: string, line: string, color: boolean): string | undefined {
  const entry = logEntry(line);
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    color ? styleText(style, text, { validateStream: false }) : text;
  if (entry === undefined) return `${paint('gray', source.padEnd(14))} ${line}`;
  if (entry._aws !== undefined || typeof entry.message !== 'string') return undefined;
  const level = String(entry.level ?? 'INFO');
  const time = /T(\d\d:\d\d:\d\d\.\d{3})/.exec(String(entry.timestamp))?.[1] ?? '';
  const fields = Object.entries(entry).flatMap(([name, value]) =>
    HIDDEN.has(name) || value === undefined || value === '' ? [] : [`${name}=${fieldText(value)}`],
  );
  const style = Object.hasOwn(COLORS, level) ? COLORS[level as keyof typeof COLORS] : 'cyan';
  const head = `${paint('gray', time)} ${paint(style, level.padEnd(5))} ${paint('gray', String(entry.component ?? source).padEnd(14))} ${entry.message}`;
  const tail = fields.length === 0 ? '' : `  ${paint('gray', fields.join(' '))}`;
  return `${head}${tail}${errorText(entry.error)}`;
}

function logEntry(line: string): Record<string, unknown> | undefined {
  const plain = stripVTControlCharacters(line);
  if (!plain.startsWith('{')) return undefined;
  try {
    return JSON.parse(plain);
  } catch {
    return undefined;
  }
}

/** Longer fields, such as the steps of a shutdown, are cut. */
const LONGEST_FIELD = 160;

function fieldText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(Math.round(value * 10) / 10);
  const text = JSON.stringify(value);
  return text.length > LONGEST_FIELD ? `${text.slice(0, LONGEST_FIELD)}...` : text;
}

/** The stack of an error, or else its name and message, below the line. */
function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { name, message, stack } = error as { name?: unknown; message?: unknown; stack?: unknown }; // only printed
  const text = typeof stack === 'string' ? stack : `${String(name ?? 'Error')}: ${String(message ?? '')}`;
  return `\n${text
    .split('\n')
    .map((each) => `    ${each.trimEnd()}`)
    .join('\n')}`;
}

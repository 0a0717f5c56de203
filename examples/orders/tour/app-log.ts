import type { OutputLine } from '@twelvefold/local';

/** One JSON log line of a launched process. */
export interface LogLine {
  readonly source: string;
  readonly message: string;
  readonly atMs: number;
  readonly component?: string;
  readonly correlationId?: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Keeps what the app's processes log, to be searched. */
export interface AppLog {
  add(line: OutputLine): void;
  /** Lines of one flow, in order of time. */
  of(correlationId: string): LogLine[];
  find(message: string): LogLine | undefined;
  /** The newest lines as they were written, for a failure. */
  tail(count: number): string[];
}

export function createAppLog(): AppLog {
  const lines: LogLine[] = [];
  const raw: string[] = [];
  return {
    add: ({ source, line }) => {
      raw.push(`${source}: ${line}`);
      const parsed = parse(source, line);
      if (parsed) lines.push(parsed);
    },
    of: (correlationId) => lines.filter((line) => line.correlationId === correlationId).sort((a, b) => a.atMs - b.atMs),
    find: (message) => lines.find((line) => line.message === message),
    tail: (count) => raw.slice(-count),
  };
}

function parse(source: string, line: string): LogLine | undefined {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof fields.message !== 'string') return undefined;
  return {
    source,
    message: fields.message,
    atMs: Date.parse(String(fields.timestamp)),
    ...(typeof fields.component === 'string' ? { component: fields.component } : {}),
    ...(typeof fields.correlation_id === 'string' ? { correlationId: fields.correlation_id } : {}),
    fields,
  };
}

/** A log line of one of the app's processes, parsed. */
export interface LogEntry {
  readonly atMs: number;
  readonly level: string;
  readonly component: string;
  readonly message: string;
  readonly correlationId: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The newest log lines. */
export interface LogMemory {
  /**
   * Keeps a line if it is a log line. `aheadMs` is by how much the endpoint's clock is ahead of
   * the app's, so that lines and calls can be compared by time.
   */
  add(source: string, line: string, aheadMs?: number): void;
  /** Oldest first. */
  list(): readonly LogEntry[];
  /** Oldest first. */
  of(correlationId: string): readonly LogEntry[];
}

const DEFAULT_LIMIT = 20_000;

/** A memory of the newest `limit` lines, so that a long session cannot fill the process. */
export function createLogMemory(limit = DEFAULT_LIMIT): LogMemory {
  let entries: LogEntry[] = [];
  return {
    add: (source, line, aheadMs = 0) => {
      const entry = parse(source, line, aheadMs);
      if (entry === undefined) return;
      entries.push(entry);
      // Cut rarely: moving the array on every line would cost more than the lines.
      if (entries.length > limit * 1.25) entries = entries.slice(-limit);
    },
    list: () => entries.slice(-limit),
    of: (correlationId) => entries.filter((entry) => entry.correlationId === correlationId),
  };
}

function parse(source: string, line: string, aheadMs: number): LogEntry | undefined {
  if (!line.startsWith('{')) return undefined;
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { timestamp, level, message, component, correlation_id: correlationId, _aws, ...fields } = value;
  const atMs = Date.parse(String(timestamp)) + aheadMs;
  if (_aws !== undefined || typeof message !== 'string' || Number.isNaN(atMs)) return undefined;
  return {
    atMs,
    level: String(level),
    component: typeof component === 'string' ? component : source,
    message,
    correlationId: typeof correlationId === 'string' ? correlationId : undefined,
    fields,
  };
}

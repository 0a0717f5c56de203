/** What the port needs of a logger: one line at debug for each attempt that is repeated, without payloads. */
export interface DebugLogger {
  debug(message: string, fields: Record<string, unknown>): void;
}

/**
 * The method of a logger that the port uses: one line at debug for each attempt that is repeated,
 * without payloads.
 */
export interface DebugLogger {
  debug(message: string, fields: Record<string, unknown>): void;
}

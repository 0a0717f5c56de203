/** How much of a value reaches a line. */
export interface SerializeLimits {
  /** Objects within objects, counted from the line itself. @defaultValue 10 */
  depth: number;
  /** Entries of one array, map, set or object. @defaultValue 250 */
  entries: number;
  /** Characters of one string. @defaultValue 16384 */
  stringLength: number;
  /**
   * Bytes of a whole line. The default is what CloudWatch Logs took per event for most of its life,
   * and what the container agent's awslogs driver still splits at: 256 KiB less 26 bytes of
   * overhead. @defaultValue 262118
   */
  lineBytes: number;
}

export const DEFAULT_LIMITS: SerializeLimits = {
  depth: 10,
  entries: 250,
  stringLength: 16_384,
  lineBytes: 256 * 1024 - 26,
};

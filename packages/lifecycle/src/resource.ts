/**
 * Anything that is started and stopped: a server, a poller, a pool, a log stream. Every method is
 * optional; each is called in its phase. Nothing needs to import this type to take part.
 */
export interface Resource {
  /** Unique among the resources of one lifecycle. */
  readonly name: string;
  /**
   * Names of the resources that must be up before this one starts, and are closed only after it.
   * With it, a resource starts as soon as those are up; without it, after everything registered
   * before.
   */
  readonly dependsOn?: readonly string[];
  /** Becomes usable. A failure fails the whole start. */
  start?(signal: AbortSignal): void | Promise<void>;
  /** Throws while it cannot do its work. */
  check?(signal: AbortSignal): void | Promise<void>;
  /** How it is doing, without a call: shown on `/health`, and never decides anything. */
  health?(): object | undefined;
  /** Takes no new work in. */
  quiesce?(signal: AbortSignal): void | Promise<void>;
  /** Waits for the work in flight; the signal aborts when the time for it is over. */
  drain?(signal: AbortSignal): void | Promise<void>;
  /** Writes out what is buffered. */
  flush?(signal: AbortSignal): void | Promise<void>;
  /** Gives up connections, sockets, files. */
  stop?(signal: AbortSignal): void | Promise<void>;
}

import { changedFields, fieldsOf } from '../merge.ts';

/** A state of a session that this process has read or written. */
interface State {
  readonly json: string;
  readonly untilMs: number;
}

/** A state with its fields. */
export interface BaseState {
  readonly fields: ReadonlyMap<string, string>;
  readonly untilMs: number;
}

const SESSIONS = 10_000;
const STATES = 4;

/**
 * Remembers the latest states of sessions. express-session and @fastify/session do not tell a store
 * which state a request changed: it is the one with the fewest differences. Without it, a request
 * would set fields back that another has changed meanwhile.
 */
export class RecentStates {
  readonly #states = new Map<string, readonly State[]>();

  keep(sid: string, json: string, untilMs: number): void {
    const states = (this.#states.get(sid) ?? []).filter((state) => state.json !== json);
    this.#states.delete(sid);
    this.#states.set(sid, [{ json, untilMs }, ...states].slice(0, STATES));
    if (this.#states.size <= SESSIONS) return;
    const [oldest] = this.#states.keys();
    if (oldest !== undefined) this.#states.delete(oldest);
  }

  forget(sid: string): void {
    this.#states.delete(sid);
  }

  /** The state that differs least from `fields`, its cookie aside; the newest of equal ones. */
  closest(sid: string, fields: ReadonlyMap<string, string>): BaseState | undefined {
    let best: BaseState | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const { json, untilMs } of this.#states.get(sid) ?? []) {
      const base = fieldsOf(JSON.parse(json));
      const differences = changedFields(base, fields).filter((field) => field !== 'cookie').length;
      if (differences >= fewest) continue;
      best = { fields: base, untilMs };
      fewest = differences;
    }
    return best;
  }
}

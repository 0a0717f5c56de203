import type { Clock } from '@twelvefold/core';
import { backoffMs, JUST_CHANGED_MS } from '@twelvefold/core/internal';
import type { Limit } from './limit.ts';
import { remainingMs } from './limit.ts';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** How connections log in, and what happens when a login is refused. */
export interface LoginSource {
  /**
   * Changes when the login does: connections of an earlier generation are closed after their use.
   */
  generation(): number;
  /** The login for one new connection. */
  current(): Promise<Login>;
  /** A connection has logged in. */
  accepted(): void;
  /**
   * Waits for another login after the server refused one.
   *
   * @param tried - the logins that this connection was refused with, the newest last
   * @returns what to try next, or `undefined` when the limit is over
   */
  afterRefusal(tried: readonly Login[], limit: Limit): Promise<Login | undefined>;
}

/**
 * A token is made for each connection and reused within its life; sessions outlive it, so there is
 * one generation.
 */
export function iamLogin(user: string, token: () => Promise<string>): LoginSource {
  return {
    generation: () => 0,
    current: async () => ({ user, password: await token() }),
    accepted: () => {},
    // A new token would be refused as well: the role or the database user lacks a right.
    afterRefusal: async () => undefined,
  };
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;

export interface RotatingLoginOptions {
  /** The login of the current config. */
  read(): { readonly username: string; readonly password: string };
  /** The login before the secret's last change, when that was in the last minute: AWSPREVIOUS. */
  readPrevious(): Promise<{ readonly username: string; readonly password: string } | undefined>;
  /** Looks for a newer config. Resolves with true when there is one. */
  refresh(signal: AbortSignal): Promise<boolean>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called once per wait. */
  onWait(user: string): void;
}

/**
 * A login of the config, which rotation replaces: AWSCURRENT, as the config has it. In the minute
 * after a change the one before it is tried once per connection: the one that this process had, or
 * AWSPREVIOUS when it had none. AWSPENDING is never read.
 *
 * A single user's rotation sets the password in the database before it publishes it, so for that
 * time nothing works: all refused connections wait together, for a newer config or until a pause is
 * over.
 */
export function rotatingLogin(options: RotatingLoginOptions): LoginSource {
  const { read, readPrevious, refresh, clock, random, onWait } = options;
  let generation = 1;
  let now: Login | undefined;
  let previous: Login | undefined;
  let changedAtMs = Number.NEGATIVE_INFINITY;
  let waiting: { readonly over: Promise<void>; readonly given: AbortController; waiters: number } | undefined;
  let pauses = 0;

  const look = (): Login => {
    const { username: user, password } = read();
    if (now === undefined) now = { user, password };
    else if (now.user !== user || now.password !== password) {
      previous = now;
      now = { user, password };
      changedAtMs = clock.now();
      generation += 1;
      pauses = 0;
    }
    return now;
  };

  /** The login from before a change that was in the last minute. */
  const before = async (limit: Limit): Promise<Login | undefined> => {
    if (previous && clock.now() - changedAtMs < JUST_CHANGED_MS) return previous;
    let found: Login | undefined;
    const reading = readPrevious().then(
      (version) => {
        if (version) found = { user: version.username, password: version.password };
      },
      () => undefined, // as if there were none: the wait goes on
    );
    await within(reading, limit, clock);
    return found;
  };

  /** Ends with a newer login, or after a pause: the database may accept the old one again. */
  const wait = (user: string) => {
    if (pauses === 0) onWait(user);
    pauses += 1;
    const given = new AbortController();
    const pause = clock.sleep(backoffMs(pauses, FIRST_PAUSE_MS, LONGEST_PAUSE_MS, random), given.signal);
    const found = refresh(given.signal).then((isNewer) => (isNewer ? undefined : pause));
    // Whatever comes first; the other is given up with it.
    const over = Promise.race([pause, found]).then(
      () => undefined,
      () => undefined,
    );
    const attempt = { over: over.finally(() => end()), given, waiters: 0 };
    const end = () => {
      given.abort();
      if (waiting === attempt) waiting = undefined;
    };
    found.catch(() => {}); // given up, or the refresh failed: the pause decides
    return attempt;
  };

  return {
    generation: () => {
      look();
      return generation;
    },
    current: async () => look(),
    accepted: () => {
      pauses = 0;
    },
    async afterRefusal(tried, limit) {
      const refused = tried.at(-1);
      const candidate = look();
      if (!tried.includes(candidate)) return candidate;
      const older = await before(limit);
      if (older && !tried.some(({ user, password }) => user === older.user && password === older.password))
        return older;
      if (remainingMs(limit, clock) <= 0) return undefined;
      waiting ??= wait(refused?.user ?? candidate.user);
      const shared = waiting;
      shared.waiters += 1;
      await within(shared.over, limit, clock);
      shared.waiters -= 1;
      // Nothing stays in flight for callers that have gone.
      if (shared.waiters === 0) shared.given.abort();
      return remainingMs(limit, clock) > 0 ? look() : undefined;
    },
  };
}

/** Resolves when the work is over or the limit is. */
async function within(work: Promise<void>, limit: Limit, clock: Clock): Promise<void> {
  const done = new AbortController();
  const signal = limit.signal ? AbortSignal.any([limit.signal, done.signal]) : done.signal;
  const late = clock.sleep(remainingMs(limit, clock), signal).catch(() => undefined);
  await Promise.race([work, late]);
  done.abort();
}

import type { Clock } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import { after } from '@twelvefold/core/internal';
import type { Limit } from './limit.ts';
import { onAbort, remainingMs } from './limit.ts';
import type { PgClient, PgClientOptions } from './pg-client.ts';
import { destroy } from './pg-client.ts';

/** An open connection. */
export interface Connection {
  readonly client: PgClient;
  /** How it was opened, for cancelling. */
  readonly options: PgClientOptions;
  readonly generation: number;
  /** When it is too old, by the wall clock: timers stand still while a process is frozen. */
  readonly endsAtMs: number;
  idleSinceMs: number;
  /** Set when it must not be used again. */
  dead: boolean;
}

export interface PoolOptions {
  /** For errors, e.g. `sql 'orders'`. */
  readonly subject: string;
  readonly max: number;
  /** The generation that new connections have. */
  generation(): number;
  /** Opens a connection within the limit. */
  connect(limit: Limit): Promise<Connection>;
  /** Rejects when the server does not answer on a connection that was idle for long. */
  probe(connection: Connection): Promise<void>;
  readonly clock: Clock;
  /** The places where connections were taken that are still held, for errors. */
  holders(): string;
  onWait(waitedMs: number): void;
}

/** After which silence a connection is asked first whether it is there. */
const PROBE_AFTER_MS = 10_000;
/**
 * NAT gateways, network load balancers and Lambda's network interfaces drop flows that are idle for
 * 350 s, without a word to either side (VPC user guide, "NAT gateways"; ELB user guide, "Network
 * Load Balancers").
 */
const SILENT_DROP_MS = 350_000;

interface Waiter {
  resolve(connection: Connection): void;
  reject(error: unknown): void;
  readonly limit: Limit;
  readonly sinceMs: number;
  end(): void;
}

/**
 * Connections for as many callers as `max`; others wait in order. All checks of a connection are
 * made when it is taken and when it is given back, none by a timer. When the generation changes,
 * idle connections are closed at the next checkout and busy ones when they are given back.
 */
export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #idle: Connection[] = [];
  readonly #waiters: Waiter[] = [];
  #open = 0;
  #busy = 0;
  #closed = false;
  #whenIdle: PromiseWithResolvers<void> | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get total(): number {
    return this.#open;
  }

  get idle(): number {
    return this.#idle.length;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /** A connection that is idle and needs no probe, if the next one is. */
  takeIdle(): Connection | undefined {
    const connection = this.#idle.at(-1);
    if (connection === undefined || this.#closed) return undefined;
    const nowMs = this.#options.clock.now();
    const idleMs = nowMs - connection.idleSinceMs;
    if (idleMs >= PROBE_AFTER_MS || idleMs < 0 || this.#isSpent(connection, nowMs)) return undefined;
    this.#idle.pop();
    this.#busy += 1;
    return connection;
  }

  /** A connection when one is free, within the limit. */
  take(limit: Limit): Connection | Promise<Connection> {
    if (this.#closed) throw new TypeError(`Cannot use ${this.#options.subject}: it is closed`);
    const { clock } = this.#options;
    for (;;) {
      const connection = this.#idle.pop();
      if (!connection) break;
      const idleMs = clock.now() - connection.idleSinceMs;
      if (idleMs >= SILENT_DROP_MS || this.#isSpent(connection)) {
        this.#drop(connection);
        continue;
      }
      this.#busy += 1;
      return idleMs < PROBE_AFTER_MS && idleMs >= 0 ? connection : this.#probed(connection, limit);
    }
    if (this.#open < this.#options.max) return this.#opened(limit);
    return this.#wait(limit);
  }

  /** Gives a connection back. */
  give(connection: Connection): void {
    this.#busy -= 1;
    if (this.#closed || this.#isSpent(connection)) {
      this.#drop(connection);
      this.#serveNext();
    } else {
      const waiter = this.#waiters.shift();
      if (waiter) {
        this.#busy += 1;
        waiter.end();
        waiter.resolve(connection);
      } else {
        connection.idleSinceMs = this.#options.clock.now();
        this.#idle.push(connection);
      }
    }
    this.#settleIfIdle();
  }

  /** Takes out a connection that the server closed while it was idle. */
  lost(connection: Connection): void {
    connection.dead = true;
    const at = this.#idle.indexOf(connection);
    if (at < 0) return; // its user gives it back
    this.#idle.splice(at, 1);
    this.#open -= 1;
  }

  /** Resolves when no connection is in use. */
  async drained(): Promise<void> {
    if (this.#busy === 0 && this.#waiters.length === 0) return;
    this.#whenIdle ??= Promise.withResolvers();
    await this.#whenIdle.promise;
  }

  /** Closes idle connections; busy ones are closed when they are given back. */
  async close(): Promise<void> {
    this.#closed = true;
    const error = new TypeError(`Cannot use ${this.#options.subject}: it is closed`);
    for (const waiter of this.#waiters.splice(0)) {
      waiter.end();
      waiter.reject(error);
    }
    const idle = this.#idle.splice(0);
    this.#open -= idle.length;
    await Promise.allSettled(idle.map(({ client }) => client.end()));
    this.#settleIfIdle();
  }

  #isSpent(connection: Connection, nowMs = this.#options.clock.now()): boolean {
    return connection.dead || connection.generation !== this.#options.generation() || nowMs >= connection.endsAtMs;
  }

  #drop(connection: Connection): void {
    this.#open -= 1;
    if (connection.dead) destroy(connection.client);
    else void connection.client.end().catch(() => undefined); // it is not needed any more
  }

  #settleIfIdle(): void {
    if (this.#busy > 0 || this.#waiters.length > 0) return;
    this.#whenIdle?.resolve();
    this.#whenIdle = undefined;
  }

  async #probed(connection: Connection, limit: Limit): Promise<Connection> {
    try {
      await this.#options.probe(connection);
      return connection;
    } catch {
      connection.dead = true;
      this.#busy -= 1;
      this.#drop(connection);
      return this.take(limit);
    }
  }

  async #opened(limit: Limit): Promise<Connection> {
    this.#open += 1;
    this.#busy += 1;
    const { clock } = this.#options;
    const sinceMs = clock.monotonic();
    try {
      const connection = await this.#options.connect(limit);
      this.#options.onWait(clock.monotonic() - sinceMs);
      return connection;
    } catch (error) {
      this.#open -= 1;
      this.#busy -= 1;
      // Callers that wait would get the same answer, unless only this one's time was over.
      if (this.#open === 0 && remainingMs(limit, clock) > 0) this.#failAll(error);
      else this.#serveNext();
      this.#settleIfIdle();
      throw error;
    }
  }

  #failAll(error: unknown): void {
    for (const waiter of this.#waiters.splice(0)) {
      waiter.end();
      waiter.reject(error);
    }
  }

  /** Opens a connection for the first caller that waits. */
  #serveNext(): void {
    if (this.#waiters.length === 0 || this.#open >= this.#options.max) return;
    const waiter = this.#waiters.shift() as Waiter; // there is one
    waiter.end();
    this.#opened(waiter.limit).then(waiter.resolve, waiter.reject);
  }

  #wait(limit: Limit): Promise<Connection> {
    const { clock, subject, max, onWait } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<Connection>();
    const sinceMs = clock.monotonic();
    const leave = (error: unknown) => {
      const at = this.#waiters.indexOf(waiter);
      if (at >= 0) this.#waiters.splice(at, 1);
      waiter.end();
      reject(error);
      this.#settleIfIdle();
    };
    const stopTimer = after(clock, remainingMs(limit, clock), () => {
      const waitedMs = Math.round(clock.monotonic() - sinceMs);
      const connections = max === 1 ? 'its one connection is' : `its ${max} connections are`;
      const message = `Cannot get a connection of ${subject} in ${waitedMs} ms: ${connections} in use${this.#options.holders()}`;
      leave(new TwelvefoldError('POOL_FULL', message));
    });
    const unwatch = onAbort(limit, () => leave(limit.signal?.reason));
    const waiter: Waiter = {
      resolve: (connection) => {
        onWait(clock.monotonic() - sinceMs);
        resolve(connection);
      },
      reject,
      limit,
      sinceMs,
      end: () => {
        stopTimer();
        unwatch();
      },
    };
    this.#waiters.push(waiter);
    return promise;
  }
}

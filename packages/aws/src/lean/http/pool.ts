import type { Connection, Exchange } from './connection.ts';
import { createConnection } from './connection.ts';
import type { Origin } from './open-socket.ts';
import { openSocket } from './open-socket.ts';
import type { PoolCounts } from './pool-counter.ts';
import { createPoolCounter } from './pool-counter.ts';
import type { HttpResponse } from './response-reader.ts';
import { TransportFault } from './transport-fault.ts';

export interface PoolOptions {
  readonly maxSockets: number;
  /** Milliseconds that a connection may lie idle before it is thrown away rather than used. */
  readonly idleMs: number;
  readonly connectTimeoutMs: number;
  readonly maxResponseBytes: number;
  /**
   * Wall time: it goes on while a Lambda function is frozen, so a connection from before the freeze
   * is seen as old.
   */
  readonly now: () => number;
}

/** The connections to one origin. */
export interface Pool {
  exchange(exchange: Exchange): Promise<HttpResponse>;
  /**
   * Drops every idle connection: the other side may have closed them while this process was frozen.
   */
  dropIdle(): void;
  /** Returns the counts since the last call. */
  takeCounts(): PoolCounts;
  /**
   * Drops idle connections now and busy ones when they are done; those that wait for a connection
   * are refused.
   */
  close(): void;
}

interface Idle {
  readonly connection: Connection;
  readonly sinceMs: number;
  readonly limitMs: number;
}

interface Waiter {
  ready(fault?: unknown): void;
}

/**
 * Idle for longer than this, a connection is looked at once more before use: its end may be waiting
 * in the kernel, unread.
 */
const FRESH_MS = 500;

export function createPool(origin: Origin, options: PoolOptions): Pool {
  const idle: Idle[] = [];
  const waiters: Waiter[] = [];
  const counter = createPoolCounter();
  let sockets = 0;
  let closed = false;
  let sweeper: NodeJS.Timeout | undefined;

  const freed = (): void => {
    sockets -= 1;
    waiters.shift()?.ready();
  };

  const connect = async (signal: AbortSignal | undefined): Promise<Connection> => {
    sockets += 1;
    const begunAt = options.now();
    try {
      let early = false;
      let opened: Connection | undefined;
      const socket = await openSocket(origin, options.connectTimeoutMs, signal, (chunk) => {
        if (opened) opened.receive(chunk);
        else early = true;
      });
      const connection = createConnection(socket, options.maxResponseBytes, () => {
        const index = idle.findIndex((entry) => entry.connection === connection);
        if (index >= 0) idle.splice(index, 1);
        freed();
      });
      opened = connection;
      counter.connected(options.now() - begunAt);
      // It spoke before it was asked: not to be trusted with a request.
      if (early) connection.destroy();
      return connection;
    } catch (error) {
      freed();
      throw error;
    }
  };

  const wait = (signal: AbortSignal | undefined, forMs: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const begunAt = options.now();
      const leave = (fault?: unknown): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        const index = waiters.indexOf(waiter);
        if (index >= 0) waiters.splice(index, 1);
        counter.waited(options.now() - begunAt);
        if (fault === undefined) resolve();
        else reject(fault);
      };
      const onAbort = () => leave(signal?.reason);
      const timer = setTimeout(() => {
        const message = `All ${options.maxSockets} connections were busy`;
        leave(new TransportFault('timeout', message, { sent: false }));
      }, forMs);
      const waiter: Waiter = { ready: leave };
      waiters.push(waiter);
      counter.waiting(waiters.length);
      signal?.addEventListener('abort', onAbort);
    });

  /** The connection that was used last: the longer another one lies idle, the sooner it can go. */
  const takeIdle = (): Idle | undefined => {
    for (let entry = idle.pop(); entry; entry = idle.pop()) {
      const age = options.now() - entry.sinceMs;
      // A clock that was set back says nothing about the age.
      if (age >= 0 && age < entry.limitMs && entry.connection.open) return entry;
      entry.connection.destroy();
    }
    return undefined;
  };

  const acquire = async (signal: AbortSignal | undefined, waitMs: number): Promise<Connection> => {
    for (;;) {
      signal?.throwIfAborted();
      if (closed) throw new TransportFault('unreachable', 'The client is closed', { sent: false, code: 'closed' });
      const entry = takeIdle();
      if (entry) {
        const { connection } = entry;
        connection.hold(true);
        // Two turns: the first may end before the event loop has polled.
        if (options.now() - entry.sinceMs > FRESH_MS)
          await new Promise((resolve) => setImmediate(setImmediate, resolve));
        if (connection.open) return connection;
      } else if (sockets < options.maxSockets) {
        return connect(signal);
      } else {
        await wait(signal, waitMs);
      }
    }
  };

  const sweep = (): void => {
    sweeper = undefined;
    const now = options.now();
    for (const { connection, sinceMs, limitMs } of [...idle]) if (now - sinceMs >= limitMs) connection.destroy();
    if (idle.length > 0) schedule();
  };
  const schedule = (): void => {
    sweeper ??= setTimeout(sweep, options.idleMs).unref();
  };

  const release = (connection: Connection, keepAlive: string | undefined): void => {
    if (closed) connection.destroy();
    if (!connection.open) return;
    connection.hold(false);
    idle.push({ connection, sinceMs: options.now(), limitMs: Math.min(options.idleMs, hintedMs(keepAlive)) });
    schedule();
    waiters.shift()?.ready();
  };

  const dropIdle = (): void => {
    for (const { connection } of [...idle]) connection.destroy();
  };

  /** A connection that needs no second look, without waiting for anything. */
  const takeFresh = (): Connection | undefined => {
    const entry = closed ? undefined : idle.at(-1);
    const age = entry === undefined ? Number.NaN : options.now() - entry.sinceMs;
    if (!entry || !(age >= 0 && age <= FRESH_MS && age < entry.limitMs && entry.connection.open)) return undefined;
    idle.pop();
    entry.connection.hold(true);
    return entry.connection;
  };

  return {
    async exchange(exchange) {
      const connection = takeFresh() ?? (await acquire(exchange.signal, exchange.firstByteMs));
      counter.busy(sockets - idle.length);
      const response = await connection.exchange(exchange);
      release(connection, response.headers['keep-alive']);
      return response;
    },
    dropIdle,
    takeCounts: () => counter.take({ busy: sockets - idle.length, idle: idle.length, waiting: waiters.length }),
    close: () => {
      closed = true;
      clearTimeout(sweeper);
      dropIdle();
      for (const waiter of waiters.splice(0)) {
        waiter.ready(new TransportFault('unreachable', 'The client is closed', { sent: false, code: 'closed' }));
      }
    },
  };
}

/**
 * The time in a server's `keep-alive: timeout=5`, less the second in which both sides may act at
 * once.
 */
function hintedMs(keepAlive: string | undefined): number {
  const seconds = keepAlive === undefined ? undefined : /timeout=(\d+)/.exec(keepAlive)?.[1];
  return seconds === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Number(seconds) * 1_000 - 1_000);
}

import type { Socket } from 'node:net';
import type { HttpResponse, ResponseReader } from './response-reader.ts';
import { createResponseReader, readWhole } from './response-reader.ts';
import { TransportFault } from './transport-fault.ts';

export interface Exchange {
  /** Head and body, as they go over the wire. */
  readonly request: string;
  /** Milliseconds until the first byte of the answer. */
  readonly firstByteMs: number;
  /** Milliseconds from the first byte of the answer to its last. */
  readonly bodyMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** One kept-alive connection. It carries one request at a time. */
export interface Connection {
  /** Takes what came over the socket; the bytes may be overwritten afterwards. */
  receive(chunk: Buffer): void;
  /**
   * Rejects with a {@link TransportFault}, or with the signal's reason; either way the connection
   * is gone then.
   */
  exchange(exchange: Exchange): Promise<HttpResponse>;
  readonly open: boolean;
  /** Whether it has carried a request before. */
  readonly reused: boolean;
  /** Lets the process end while this is idle, or not. */
  hold(busy: boolean): void;
  destroy(): void;
}

interface Current {
  /** Once the answer has begun, unless it came whole. */
  reader: ResponseReader | undefined;
  readonly bodyMs: number;
  settle(outcome: HttpResponse | { readonly fault: unknown }): void;
}

/**
 * Wraps a connected socket. `onGone` is called once, when the connection can carry no more
 * requests.
 */
export function createConnection(socket: Socket, maxBodyBytes: number, onGone: () => void): Connection {
  let open = true;
  let exchanges = 0;
  let current: Current | undefined;
  /**
   * When the answer, or the rest of it, is overdue. One timer for all exchanges, which is seldom
   * set and never unset: it looks at this when it rings.
   */
  let dueAt = Number.POSITIVE_INFINITY;
  let ringsAt = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const expectWithin = (ms: number): void => {
    dueAt = performance.now() + ms;
    if (dueAt < ringsAt) ring(ms);
  };
  const ring = (ms: number): void => {
    clearTimeout(timer);
    ringsAt = performance.now() + ms;
    timer = setTimeout(rang, ms).unref(); // a busy socket holds the process by itself
  };
  const rang = (): void => {
    ringsAt = Number.POSITIVE_INFINITY;
    if (!current) return;
    const leftMs = dueAt - performance.now();
    if (leftMs > 0) {
      ring(leftMs);
      return;
    }
    /**
     * After a freeze or a long pause of the process the timer is due before the socket was even
     * looked at: give what has arrived one turn of the event loop.
     */
    const late = current;
    const { reader } = late;
    setImmediate(() => {
      if (current !== late || late.reader !== reader) return;
      fail(new TransportFault('timeout', reader ? 'The answer did not end in time' : 'No answer came in time', SENT));
    });
  };

  const gone = (): void => {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    onGone();
  };
  const destroy = (): void => {
    gone();
    socket.destroy();
  };
  const fail = (fault: unknown): void => {
    const { settle } = current ?? {};
    destroy();
    settle?.({ fault });
  };
  const broke = (code: string | undefined, cause?: unknown): void => {
    if (!current) {
      destroy();
      return;
    }
    const stale = exchanges > 1 && !current.reader;
    const message = `The connection broke${code === undefined ? '' : ` (${code})`}`;
    fail(
      new TransportFault('broken', message, { sent: true, code, stale }, cause === undefined ? undefined : { cause }),
    );
  };

  const receive = (chunk: Buffer): void => {
    // Bytes without a request. They cannot answer the next one.
    if (!current) {
      destroy();
      return;
    }
    try {
      const response = read(current, chunk);
      if (response === undefined) return;
      const { settle } = current;
      if (!response.reusable) destroy();
      settle(response);
    } catch (fault) {
      fail(fault);
    }
  };
  const read = (mine: Current, chunk: Buffer): HttpResponse | undefined => {
    if (mine.reader) return mine.reader.push(chunk);
    const whole = readWhole(chunk, maxBodyBytes);
    if (whole) return whole;
    mine.reader = createResponseReader(maxBodyBytes);
    expectWithin(mine.bodyMs);
    return mine.reader.push(chunk);
  };
  socket.on('end', () => {
    if (!current?.reader) return broke('ECONNRESET');
    try {
      const response = current.reader.end();
      const { settle } = current;
      destroy();
      settle(response);
    } catch (fault) {
      fail(fault);
    }
  });
  socket.on('error', (error: NodeJS.ErrnoException) => broke(error.code, error));
  socket.on('close', () => broke('ECONNRESET'));

  return {
    receive,
    get open() {
      return open;
    },
    get reused() {
      return exchanges > 0;
    },
    hold: (busy) => (busy ? socket.ref() : socket.unref()),
    destroy: () => fail(new TransportFault('broken', 'The connection was closed', { ...SENT, code: 'ECONNRESET' })),
    exchange: ({ request, firstByteMs, bodyMs, signal }) =>
      new Promise((resolve, reject) => {
        exchanges += 1;
        const onAbort = signal && (() => fail(signal.reason));
        current = {
          reader: undefined,
          bodyMs,
          settle: (outcome) => {
            current = undefined;
            if (onAbort) signal.removeEventListener('abort', onAbort);
            if ('fault' in outcome) reject(outcome.fault);
            else resolve(outcome);
          },
        };
        if (onAbort) signal.addEventListener('abort', onAbort);
        if (signal?.aborted) return fail(signal.reason);
        if (!open) return fail(new TransportFault('broken', 'The connection was closed', { sent: false, stale: true }));
        expectWithin(firstByteMs);
        // Most requests are ASCII: those need no conversion on their way out.
        socket.write(request, Buffer.byteLength(request) === request.length ? 'latin1' : 'utf8');
      }),
  };
}

const SENT = { sent: true } as const;

import type { Socket } from 'node:net';
import type { HttpResponse, ResponseReader } from './response-reader.ts';
import { createResponseReader } from './response-reader.ts';
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
  /** Rejects with a {@link TransportFault}, or with the signal's reason; either way the connection is gone then. */
  exchange(exchange: Exchange): Promise<HttpResponse>;
  readonly open: boolean;
  /** Whether it has carried a request before. */
  readonly reused: boolean;
  /** Lets the process end while this is idle, or not. */
  hold(busy: boolean): void;
  destroy(): void;
}

interface Current {
  readonly reader: ResponseReader;
  settle(outcome: HttpResponse | { readonly fault: unknown }): void;
  heard(): void;
}

/** Wraps a connected socket. `onGone` is told once, when it can carry no more. */
export function createConnection(socket: Socket, maxBodyBytes: number, onGone: () => void): Connection {
  let open = true;
  let exchanges = 0;
  let current: Current | undefined;

  const gone = (): void => {
    if (!open) return;
    open = false;
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
    const stale = exchanges > 1 && !current.reader.started;
    const message = `The connection broke${code === undefined ? '' : ` (${code})`}`;
    fail(
      new TransportFault('broken', message, { sent: true, code, stale }, cause === undefined ? undefined : { cause }),
    );
  };

  socket.on('data', (chunk: Buffer) => {
    // Bytes that nobody asked for: whatever they answer, it is not the next request.
    if (!current) return destroy();
    try {
      const response = current.reader.push(chunk);
      if (response === undefined) return current.heard();
      const { settle } = current;
      if (!response.reusable) destroy();
      settle(response);
    } catch (fault) {
      fail(fault);
    }
  });
  socket.on('end', () => {
    if (!current?.reader.started) return broke('ECONNRESET');
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
    get open() {
      return open;
    },
    get reused() {
      return exchanges > 0;
    },
    hold: (busy) => (busy ? socket.ref() : socket.unref()),
    destroy: () => fail(new TransportFault('broken', 'The connection was closed', { sent: true, code: 'ECONNRESET' })),
    exchange: ({ request, firstByteMs, bodyMs, signal }) =>
      new Promise((resolve, reject) => {
        exchanges += 1;
        const onAbort = () => fail(signal?.reason);
        let timer = setTimeout(() => late('No answer came in time'), firstByteMs);
        let hearing = false;
        /**
         * After a freeze or a long pause of the process the timer is due before the socket was even looked at: give what has
         * arrived one turn of the event loop.
         */
        const late = (message: string): void => {
          const before = hearing;
          setImmediate(() => {
            if (current === mine && hearing === before) fail(new TransportFault('timeout', message, { sent: true }));
          });
        };
        const mine: Current = {
          reader: createResponseReader(maxBodyBytes),
          heard: () => {
            if (hearing) return;
            hearing = true;
            clearTimeout(timer);
            timer = setTimeout(() => late('The answer did not end in time'), bodyMs);
          },
          settle: (outcome) => {
            current = undefined;
            clearTimeout(timer);
            signal?.removeEventListener('abort', onAbort);
            if ('fault' in outcome) reject(outcome.fault);
            else resolve(outcome);
          },
        };
        current = mine;
        signal?.addEventListener('abort', onAbort);
        if (signal?.aborted) return onAbort();
        if (!open) return fail(new TransportFault('broken', 'The connection was closed', { sent: false, stale: true }));
        socket.write(request);
      }),
  };
}

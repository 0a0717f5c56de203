import type { Socket } from 'node:net';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import { builtin } from '@twelvefold/core/internal';
import { TransportFault } from './transport-fault.ts';

/** Where to connect to, and what one TLS connection leaves for the next. */
export interface Origin {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Made with the first connection; parsing root certificates for each would cost milliseconds. */
  secureContext?: SecureContext;
  /** The last session, so that the next connection needs no full handshake. */
  session?: Buffer;
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
]);

/** libuv's size of one read. */
const READ_BYTES = 64 * 1024;
/** For every socket of this thread: what comes is looked at before anything else is read. */
let readBuffer: Buffer | undefined;

/**
 * Connects, TLS included. Rejects with a {@link TransportFault} that was not sent, or with the
 * signal's reason. What comes goes to `onBytes` and is overwritten once that returns: without a
 * buffer for each read and the queue of a stream, which is a third of the cost of an exchange.
 */
export function openSocket(
  origin: Origin,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  onBytes: (chunk: Buffer) => void,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const options = plainOptions(origin, onBytes);
    const socket = origin.tls ? secureSocket(origin, options) : builtin('node:net').connect(options);
    const settle = (fault?: unknown): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
      socket.removeListener('close', onClose);
      if (fault === undefined) {
        resolve(socket);
      } else {
        socket.on('error', () => {}); // a late error has no listener
        socket.destroy();
        reject(fault);
      }
    };
    const onAbort = () => settle(signal?.reason);
    const onError = (error: NodeJS.ErrnoException) => settle(connectFault(error));
    const onClose = () => settle(connectFault(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    const onTimeout = () => settle(new TransportFault('unreachable', 'The connection timed out', { sent: false }));
    // One more turn of the event loop: after a pause of the process the timer is due before the
    // socket was looked at.
    const timer = setTimeout(() => setImmediate(onTimeout), timeoutMs);
    socket.once(origin.tls ? 'secureConnect' : 'connect', () => settle());
    socket.once('error', onError);
    socket.once('close', onClose);
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) onAbort();
  });
}

function plainOptions({ host, port }: Origin, onBytes: (chunk: Buffer) => void) {
  readBuffer ??= Buffer.allocUnsafeSlow(READ_BYTES);
  const callback = (bytes: number, buffer: Uint8Array): boolean => {
    onBytes((buffer as Buffer).subarray(0, bytes)); // the buffer given beside this
    return true;
  };
  return { host, port, noDelay: true, keepAlive: true, onread: { buffer: readBuffer, callback } };
}

function secureSocket(origin: Origin, plain: ReturnType<typeof plainOptions>): Socket {
  const tls = builtin('node:tls');
  origin.secureContext ??= tls.createSecureContext();
  const options: ConnectionOptions = {
    ...plain,
    secureContext: origin.secureContext,
    ALPNProtocols: ['http/1.1'],
    // A name only: RFC 6066 allows no addresses.
    ...(builtin('node:net').isIP(origin.host) === 0 ? { servername: origin.host } : {}),
    ...(origin.session === undefined ? {} : { session: origin.session }),
  };
  const socket = tls.connect(options);
  socket.setNoDelay(true);
  socket.setKeepAlive(true);
  socket.on('session', (session: Buffer) => {
    origin.session = session;
  });
  return socket;
}

function connectFault(error: NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] }): TransportFault {
  // Node joins the failures of several addresses (IPv6, IPv4) into one AggregateError.
  const code = error.code ?? error.errors?.find((one) => one.code)?.code;
  const kind = code !== undefined && UNREACHABLE.has(code) ? 'unreachable' : 'handshake';
  return new TransportFault(kind, error.message || `${code}`, { sent: false, code }, { cause: error });
}

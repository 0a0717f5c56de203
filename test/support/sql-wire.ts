import { readFile } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { PostgresServer } from '@twelvefold/local';

/** A server between a client and PostgreSQL. */
export interface Wire extends AsyncDisposable {
  readonly port: number;
}

/** How a connection through a wire is treated. */
export interface WirePlan {
  /**
   * Called with each piece that the client sends; `lose` lets it through and then cuts the
   * connection, `hold` swallows it.
   */
  onClient?(text: string): 'lose' | 'hold' | undefined;
}

async function listen(onSocket: (socket: Socket) => void): Promise<Wire> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port, // a TCP server's address is never a string
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Passes on what the plan allows, of connections without TLS. */
export function openWire(target: PostgresServer, plan: WirePlan): Promise<Wire> {
  return listen((socket) => {
    const upstream = connect(target.port, '127.0.0.1');
    socket.on('data', (chunk) => {
      const fate = plan.onClient?.(chunk.toString('latin1'));
      if (fate === 'hold') return;
      if (fate !== 'lose') return void upstream.write(chunk);
      // PostgreSQL has read it before it sees the end.
      upstream.removeAllListeners('data');
      upstream.end(chunk);
      upstream.once('close', () => socket.resetAndDestroy());
    });
    upstream.on('data', (chunk) => void socket.write(chunk));
    socket.on('error', () => upstream.destroy());
    socket.on('close', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
    upstream.on('close', () => socket.destroy());
  });
}

const SSL_REQUEST = 80_877_103;
const CANCEL_REQUEST = 80_877_102;

/** A connection as the front saw it. */
export interface SeenLogin {
  readonly user: string;
  readonly token: string;
}

/**
 * Stands in for the login of RDS and Aurora DSQL by IAM: takes TLS only, asks for the password in
 * clear text, as PAM does, and passes the session on to a PostgreSQL that trusts this machine for
 * the user.
 */
export async function openIamFront(
  target: PostgresServer,
  accepts: (login: SeenLogin) => boolean,
): Promise<Wire & { readonly logins: SeenLogin[] }> {
  const secureContext = createSecureContext({
    key: await readFile(join(target.socketFolder, 'server.key')),
    cert: await readFile(join(target.socketFolder, 'server.crt')),
  });
  const logins: SeenLogin[] = [];
  const wire = await listen((raw) => {
    raw.on('error', () => raw.destroy());
    raw.once('data', (request) => {
      if (request.readInt32BE(4) !== SSL_REQUEST) return raw.destroy();
      const secure = new TLSSocket(raw, { isServer: true, secureContext });
      raw.write('S');
      secure.on('error', () => secure.destroy());
      secure.once('data', (startup) => {
        const upstream = connect(target.port, '127.0.0.1');
        upstream.on('error', () => secure.destroy());
        upstream.on('close', () => secure.destroy());
        secure.on('close', () => upstream.destroy());
        if (startup.readInt32BE(4) === CANCEL_REQUEST) return void upstream.end(startup);
        const [, user = ''] = /user\0([^\0]+)/.exec(startup.toString('utf8', 8)) ?? [];
        // AuthenticationCleartextPassword
        secure.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
        secure.once('data', (answer) => {
          const login = { user, token: answer.toString('utf8', 5, answer.length - 1) };
          logins.push(login);
          if (!accepts(login)) {
            const fields = Buffer.from(`SFATAL\0VFATAL\0C28000\0MPAM authentication failed for user "${user}"\0\0`);
            const head = Buffer.from([0x45, 0, 0, 0, 0]);
            head.writeInt32BE(fields.length + 4, 1);
            return void secure.end(Buffer.concat([head, fields]));
          }
          upstream.write(startup);
          secure.pipe(upstream);
          upstream.pipe(secure);
        });
      });
    });
  });
  return { ...wire, logins };
}

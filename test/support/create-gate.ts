import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A port that refuses connections until it is opened; then it forwards them. */
export interface Gate {
  readonly url: string;
  open(): Promise<void>;
}

export async function createGate(targetPort: number): Promise<Gate> {
  // The local end of a connection: the port refuses others, and no process can be given it before
  // the gate opens.
  const holder = connect({ port: targetPort, host: '127.0.0.1', localAddress: '127.0.0.1' }).on(
    'error',
    () => undefined,
  );
  await once(holder, 'connect');
  const port = holder.localPort ?? 0; // it is connected
  return {
    url: `http://127.0.0.1:${port}`,
    open: async () => {
      const server = createServer((socket) => {
        const target = connect(targetPort, '127.0.0.1');
        socket.pipe(target).pipe(socket);
        socket.on('error', () => target.destroy());
        target.on('error', () => socket.destroy());
      });
      // Ends with the test's process; connections end with the target.
      server.listen(port, '127.0.0.1').unref();
      await once(server, 'listening');
      holder.destroy();
    },
  };
}

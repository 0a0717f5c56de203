import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';

/** A port that refuses connections until it is opened; then it forwards them. */
export interface Gate {
  readonly url: string;
  open(): Promise<void>;
}

export async function createGate(targetPort: number): Promise<Gate> {
  const listen = (port: number) => {
    const server = createServer((socket) => {
      const target = connect(targetPort, '127.0.0.1');
      socket.pipe(target).pipe(socket);
      socket.on('error', () => target.destroy());
      target.on('error', () => socket.destroy());
    });
    // Ends with the test's process; connections end with the target.
    server.unref();
    return new Promise<typeof server>((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
  };
  const reserved = await listen(0);
  const { port } = reserved.address() as AddressInfo; // a TCP server's address is never a string
  await new Promise((resolve) => reserved.close(resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    open: async () => {
      await listen(port);
    },
  };
}

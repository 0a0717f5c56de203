import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** A way to a port, whose connections can be broken. */
export interface Passage extends AsyncDisposable {
  readonly url: string;
  /** Resets every connection, as something between two machines does that has forgotten them. */
  cut(): void;
}

export async function createPassage(targetUrl: string): Promise<Passage> {
  const { port: targetPort } = new URL(targetUrl);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const target = connect(Number(targetPort), '127.0.0.1');
    open.add(socket);
    socket.pipe(target).pipe(socket);
    socket.on('error', () => target.destroy());
    target.on('error', () => socket.destroy());
    socket.on('close', () => {
      open.delete(socket);
      target.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  const cut = () => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    cut,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}

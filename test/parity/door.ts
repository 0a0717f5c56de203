import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A backing service that wants a password. */
export interface Door extends AsyncDisposable {
  readonly url: string;
  /** Takes this password from now on, and no other. */
  lock(password: string): void;
  /** How often it was asked with another. */
  readonly refused: number;
}

export async function createDoor(password: string): Promise<Door> {
  let wanted = password;
  let refused = 0;
  const server = createServer((request, response) => {
    const opens = request.headers.authorization === `Bearer ${wanted}`;
    if (!opens) refused += 1;
    response.writeHead(opens ? 204 : 401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  return {
    url: `http://127.0.0.1:${port}`,
    lock: (next) => {
      wanted = next;
    },
    get refused() {
      return refused;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

import { stat } from 'node:fs/promises';
import { connect } from 'node:net';
import pg from 'pg';
import { expect, it } from 'vitest';
import { withServer } from '../../../../test/support/with-server.ts';
import { startPostgres } from './start-postgres.ts';
import { startRedis } from './start-redis.ts';

withServer('postgresql of @twelvefold/local', 'postgresql', () => {
  it('serves TCP with TLS and a Unix socket, survives a kill, and leaves nothing behind', async () => {
    const server = await startPostgres({ tls: true, settings: { max_connections: 12 } });
    const { host, port, user, password, database, ca, socketFolder } = server;
    const client = new pg.Client({ host, port, user, password, database, ssl: { ca } });
    const { promise: ended, resolve } = Promise.withResolvers<Error>();
    client.on('error', resolve);
    await client.connect();
    await client.query('CREATE TABLE kept (n int)');
    expect((await client.query('SHOW max_connections')).rows).toEqual([{ max_connections: '12' }]);
    await server.kill();
    expect(await ended).toBeInstanceOf(Error);
    await server.restart();
    const again = new pg.Client({ host: socketFolder, port, user, password, database });
    await again.connect();
    expect((await again.query('SELECT count(*)::int AS n FROM kept')).rows).toEqual([{ n: 0 }]);
    await again.end();
    await server.stop();
    await expect(stat(socketFolder)).rejects.toThrow('ENOENT');
  });

  it('says why it does not start', async () => {
    await expect(startPostgres({ settings: { max_connections: 'many' } })).rejects.toThrow(/max_connections/);
    await expect(startPostgres({ prot: 1 } as never)).rejects.toThrow("unknown option 'prot'");
  });
});

/** The answer to one inline command. */
async function ask(port: number, password: string, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`AUTH ${password}\r\n${command}\r\nQUIT\r\n`);
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

withServer('redis of @twelvefold/local', 'redis', () => {
  it('serves with a password, is empty after a kill, and takes TLS', async () => {
    await using server = await startRedis();
    expect(await ask(server.port, server.password, 'SET a 1')).toBe('+OK\r\n+OK\r\n+OK\r\n');
    expect(await ask(server.port, 'wrong', 'GET a')).toMatch(/^-WRONGPASS/);
    await server.kill();
    await expect(ask(server.port, server.password, 'GET a')).rejects.toThrow('ECONNREFUSED');
    await server.restart();
    expect(await ask(server.port, server.password, 'GET a')).toBe('+OK\r\n$-1\r\n+OK\r\n');
    await using secure = await startRedis({ tls: true });
    expect([secure.url, secure.ca]).toEqual([
      expect.stringMatching(/^rediss:/),
      expect.stringContaining('CERTIFICATE'),
    ]);
  });
});

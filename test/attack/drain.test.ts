import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const CLIENTS = 20;

/** An answer's body over a kept-alive connection; rejects when there is none, or not all of it. */
function ask(agent: Agent, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = request({ agent, host: '127.0.0.1', port }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk) => {
        text += chunk;
      });
      incoming.on('error', reject);
      incoming.on('end', () => resolve(text));
    });
    asking.on('error', reject);
    asking.end();
  });
}

it('a service that 20 clients go on asking stops, exits with 0 and cuts no answer off', async () => {
  const child = fork(join(import.meta.dirname, 'fixtures/drained.ts'), [], {
    execArgv: ['--conditions=@twelvefold/source'],
  });
  const exited = once(child, 'exit');
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]; // the fixture's first
  const reported = once(child, 'message') as Promise<[{ answered: number }]>; // and its last
  let complete = 0;
  const clients = Array.from({ length: CLIENTS }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      for (;;) {
        expect(await ask(agent, port)).toBe('done');
        complete += 1;
        if (complete === 2 * CLIENTS) child.kill('SIGTERM');
      }
    } catch (error) {
      // A connection that the listener has not taken: its request reached no handler.
      expect(['ECONNREFUSED', 'ECONNRESET']).toContain((error as NodeJS.ErrnoException).code);
    } finally {
      agent.destroy();
    }
  });
  await Promise.all(clients);
  const [{ answered }] = await reported;
  expect(complete).toBe(answered);
  expect(complete).toBeGreaterThan(2 * CLIENTS);
  expect((await exited)[0]).toBe(0);
});

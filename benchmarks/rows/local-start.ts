import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../support/median.ts';
import type { Row } from '../support/row.ts';
import type { Measurement } from './measurement.ts';

interface Start {
  readonly wallMs: number;
  readonly rssBytes: number;
}

export const localStart: Measurement = {
  name: 'local-start',
  quick: false,
  async measure({ rounds }) {
    const hasMoto = spawnSync('moto_server', ['--help']).status === 0;
    const ours: Start[] = [];
    const moto: Start[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await startOurs());
      if (hasMoto) moto.push(await startMoto());
    }
    const row = (measure: string, unit: string, read: (start: Start) => number, times: number): Row => ({
      name: 'local-start',
      measure,
      unit,
      value: median(ours.map(read)),
      ...(hasMoto ? { peers: { moto: median(moto.map(read)) }, target: { times, of: 'moto' } } : {}),
      exact: false,
      note: hasMoto
        ? 'A fresh process of each, until GetCallerIdentity is answered; Node and Python start included. Resident memory after that call.'
        : 'moto_server is not installed here, so there is no peer.',
    });
    return [
      row('Local AWS: process start to first successful call', 'ms', ({ wallMs }) => wallMs, 0.03),
      row('Local AWS: memory after the first call', 'bytes', ({ rssBytes }) => rssBytes, 0.35),
    ];
  },
};

async function startOurs(): Promise<Start> {
  const begun = performance.now();
  const child = fork(join(import.meta.dirname, '../contestants/first-call.twelvefold.ts'), { stdio: 'inherit' });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]; // the contestant is the only sender
  if (!(await answers(url))) throw new Error('Cannot measure: the endpoint refused the call');
  const wallMs = performance.now() - begun;
  const answered = once(child, 'message');
  child.send({});
  const [{ rssBytes }] = (await answered) as [{ rssBytes: number }]; // as above
  const ended = once(child, 'exit');
  child.kill();
  await ended;
  return { wallMs, rssBytes };
}

async function startMoto(): Promise<Start> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn('moto_server', ['-p', String(port)], { stdio: 'ignore' });
  while (!(await answers(`http://127.0.0.1:${port}`).catch(() => false))) {
    if (performance.now() - begun > 60_000) throw new Error('Cannot measure: moto_server does not answer');
    await sleep(5);
  }
  const wallMs = performance.now() - begun;
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  const rssBytes = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1_024;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
  return { wallMs, rssBytes };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number }; // a TCP server's address is never a string
  const closed = once(server, 'close');
  server.close();
  await closed;
  return port;
}

/** Whether GetCallerIdentity is answered with 200. */
function answers(url: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const scope = '20261122/eu-central-1/sts/aws4_request';
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `AWS4-HMAC-SHA256 Credential=bench/${scope}, SignedHeaders=host, Signature=0`,
  };
  const call = request(url, { method: 'POST', headers, agent: false }, (response) => {
    response.resume().once('end', () => resolve(response.statusCode === 200));
  });
  call.once('error', reject).end('Action=GetCallerIdentity&Version=2011-06-15');
  return promise;
}

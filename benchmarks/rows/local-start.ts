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
        ? 'Fresh processes in turn, until SSM answers DescribeParameters: ours from its import in a running Node, moto from the start of moto_server. Resident memory after that call, Node included.'
        : 'moto_server is not installed here, so there is no peer.',
    });
    return [
      row('Local AWS: import to first successful call', 'ms', ({ wallMs }) => wallMs, 0.03),
      row('Local AWS: memory after the first call', 'bytes', ({ rssBytes }) => rssBytes, 0.35),
    ];
  },
};

async function startOurs(): Promise<Start> {
  const child = fork(join(import.meta.dirname, '../contestants/first-call.twelvefold.mjs'), { stdio: 'inherit' });
  const [start] = (await once(child, 'message')) as [Start]; // the contestant is the only sender
  const ended = once(child, 'exit');
  child.kill();
  await ended;
  return start;
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

/** Whether SSM's DescribeParameters is answered with 200. */
function answers(url: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const scope = '20261122/eu-central-1/ssm/aws4_request';
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AmazonSSM.DescribeParameters',
    authorization: `AWS4-HMAC-SHA256 Credential=bench/${scope}, SignedHeaders=host, Signature=0`,
  };
  const call = request(url, { method: 'POST', headers, agent: false }, (response) => {
    response.resume().once('end', () => resolve(response.statusCode === 200));
  });
  call.once('error', reject).end('{}');
  return promise;
}

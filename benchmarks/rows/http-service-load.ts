import type { Connections } from '../support/http-load.ts';
import { openConnections } from '../support/http-load.ts';
import { median } from '../support/median.ts';
import type { Row } from '../support/row.ts';
import { SERVICE_REQUESTS } from '../support/service-app.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { startService } from '../support/service-process.ts';
import type { Measurement } from './measurement.ts';

const OURS = 'http-service.twelvefold.ts';
const HONO = 'http-service.hono.ts';
const FLOOR = 'http-service.floor.ts';
const ENV = { VAULT_TOKEN: 'a-secret-that-no-line-shows' };
const CONNECTIONS = 32;
const WARM_UP = 10_000;
const LATENCIES = 15_000;
/** Requests before the memory is read, and their rate, far below what any contestant can do. */
const REQUESTS = 100_000;
const RATE = 4_000;
const IDLE = 10_000;
const IDLE_MS = 5_000;

const { GET } = SERVICE_REQUESTS;

async function withService<T>(file: string, mode: string, work: (service: ServiceProcess) => Promise<T>): Promise<T> {
  const service = await startService(file, [mode], { env: ENV });
  try {
    return await work(service);
  } finally {
    await service.stop();
  }
}

async function withConnections<T>(port: number, count: number, work: (open: Connections) => Promise<T>): Promise<T> {
  const connections = await openConnections(port, count);
  try {
    return await work(connections);
  } finally {
    connections.close();
  }
}

/** Requests a second in a closed loop: the most that the contestant can do. */
const highestRate = (file: string, mode: string) =>
  withService(file, mode, ({ port }) =>
    withConnections(port, CONNECTIONS, async (open) => {
      await open.closedLoop(GET, WARM_UP);
      const { requests, wallMs } = await open.closedLoop(GET, WARM_UP);
      return (requests / wallMs) * 1_000;
    }),
  );

/**
 * The 99th percentile of the time from when a request was due to the end of its answer, in
 * milliseconds.
 */
const p99At = (file: string, mode: string, perSecond: number) =>
  withService(file, mode, ({ port }) =>
    withConnections(port, CONNECTIONS, async (open) => {
      await open.closedLoop(GET, WARM_UP);
      const { latencies } = await open.fixedRate(GET, LATENCIES, perSecond);
      return latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN;
    }),
  );

const memoryAfterLoad = (file: string, mode: string) =>
  withService(file, mode, (service) =>
    withConnections(service.port, CONNECTIONS, async (open) => {
      await open.fixedRate(GET, REQUESTS, RATE);
      return (await service.usage()).rssBytes / 1e6;
    }),
  );

/**
 * Memory in KB per idle connection, and CPU in milliseconds per second that all of them cost while
 * nothing is asked.
 */
const costOfIdle = (file: string, mode: string) =>
  withService(file, mode, async (service) => {
    const before = await service.usage();
    return withConnections(service.port, IDLE, async (open) => {
      await open.closedLoop(GET, IDLE);
      const loaded = await service.usage();
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
      const after = await service.usage();
      return {
        kb: (loaded.rssBytes - before.rssBytes) / 1e3 / IDLE,
        cpuMs: (after.cpuUs - loaded.cpuUs) / IDLE_MS,
      };
    });
  });

async function mediansOf<N extends string>(
  rounds: number,
  contestants: Readonly<Record<N, () => Promise<number>>>,
): Promise<Record<N, number>> {
  const seen = {} as Record<N, number[]>; // filled below
  for (let round = 0; round < rounds; round += 1) {
    for (const name of Object.keys(contestants) as N[]) {
      seen[name] = [...(seen[name] ?? []), await contestants[name]()];
    }
  }
  return Object.fromEntries(Object.entries<number[]>(seen).map(([name, all]) => [name, median(all)])) as Record<
    N,
    number
  >;
}

export const httpServiceLoad: Measurement = {
  name: 'http-service-load',
  quick: false,
  async measure({ rounds }) {
    const rows: Row[] = [];
    const row = { name: 'http-service', exact: false } as const;
    for (const mode of ['platform', 'light'] as const) {
      const half = Math.round((await highestRate(HONO, mode)) / 2);
      const { ours, hono } = await mediansOf(rounds, {
        ours: () => p99At(OURS, mode, half),
        hono: () => p99At(HONO, mode, half),
      });
      rows.push({
        ...row,
        measure: `Service, GET, p99 at half of the peer's highest rate, ${mode} objects`,
        unit: 'ms',
        value: ours,
        peers: { hono },
        target: { times: 1.2, of: 'hono' },
        note: 'Open loop: each request has its time, and its latency counts from then, also when it had to wait for a connection.',
      });
    }
    for (const mode of ['platform', 'light'] as const) {
      // Long enough for one process to show it.
      const value = await memoryAfterLoad(OURS, mode);
      const peers = { hono: await memoryAfterLoad(HONO, mode) };
      rows.push({
        ...row,
        measure: `Service, memory after 100,000 GETs at ${RATE} a second, ${mode} objects`,
        unit: 'MB',
        value,
        peers,
        target: { times: 1.3, of: 'hono' },
      });
    }
    const idle = await costOfIdle(OURS, 'light');
    const floor = await costOfIdle(FLOOR, '');
    rows.push(
      {
        ...row,
        measure: `Service, 10,000 kept-alive connections after one GET each, per connection`,
        unit: 'KB',
        value: idle.kb,
        peers: { 'node:http': floor.kb },
      },
      {
        ...row,
        measure: 'The same while nothing is asked, all together',
        unit: 'ms CPU/s',
        value: idle.cpuMs,
        peers: { 'node:http': floor.cpuMs },
      },
    );
    return rows;
  },
};

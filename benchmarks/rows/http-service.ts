import { assertWhole } from '../support/assert-whole.ts';
import { openConnections } from '../support/http-load.ts';
import { median } from '../support/median.ts';
import type { Row } from '../support/row.ts';
import type { ServiceRequest } from '../support/service-app.ts';
import { SERVICE_REQUESTS } from '../support/service-app.ts';
import { startService } from '../support/service-process.ts';
import type { Measurement } from './measurement.ts';

const CONTESTANTS = {
  platform: ['http-service.twelvefold.ts', 'platform'],
  light: ['http-service.twelvefold.ts', 'light'],
  'hono platform': ['http-service.hono.ts', 'platform'],
  'hono light': ['http-service.hono.ts', 'light'],
  fastify: ['http-service.fastify.ts', ''],
  'node:http': ['http-service.floor.ts', ''],
} as const;
type Contestant = keyof typeof CONTESTANTS;

const CONNECTIONS = 32;
const WARM_UP = 8_000;
const REQUESTS = 16_000;
/**
 * Requests per second of the fixed rate: far below what any contestant can do, so that none waits.
 */
const RATE = 3_000;
const RATE_REQUESTS = 9_000;

const ENV = { VAULT_TOKEN: 'a-secret-that-no-line-shows' };

/** CPU per request in microseconds of one fresh process, by request and way of asking. */
async function measureOne(contestant: Contestant): Promise<Record<string, number>> {
  const [file, mode] = CONTESTANTS[contestant];
  const service = await startService(file, [mode], { env: ENV });
  const connections = await openConnections(service.port, CONNECTIONS);
  const seen: Record<string, number> = {};
  const cpuOf = async (requests: number, work: () => Promise<unknown>) => {
    const before = await service.usage();
    await work();
    return ((await service.usage()).cpuUs - before.cpuUs) / requests;
  };
  for (const [name, text] of Object.entries(SERVICE_REQUESTS)) {
    const share = name === 'GET' || name === 'POST 1 KB' ? 1 : 0.25;
    await connections.closedLoop(text, WARM_UP * share);
    const requests = REQUESTS * share;
    seen[name] = await cpuOf(requests, () => connections.closedLoop(text, requests));
  }
  for (const name of ['GET', 'POST 1 KB'] as const) {
    const text = SERVICE_REQUESTS[name];
    seen[`${name} at a fixed rate`] = await cpuOf(RATE_REQUESTS, () =>
      connections.fixedRate(text, RATE_REQUESTS, RATE),
    );
  }
  connections.close();
  await service.stop();
  return seen;
}

const NOTE =
  "One Hono app on all sides (fastify: its own routes), correlation id in and out, one JSON access line to /dev/null, 32 kept-alive connections. Platform: `overrideGlobalObjects: false` at hono, whose Request is its own stand-in in both modes; ours is then a stand-in as well and the Response is the platform's. Ours is the whole service: before it is measured it is checked that deadline, access line (redacted, at its level), limits and metrics are on.";

export const httpService: Measurement = {
  name: 'http-service',
  quick: false,
  async measure({ rounds }) {
    for (const mode of ['platform', 'light']) await assertWhole('http-service.twelvefold.ts', [mode]);
    const all = new Map<Contestant, Array<Record<string, number>>>();
    for (let round = 0; round < rounds; round += 1) {
      for (const contestant of Object.keys(CONTESTANTS) as Contestant[]) {
        all.set(contestant, [...(all.get(contestant) ?? []), await measureOne(contestant)]);
      }
    }
    const of = (contestant: Contestant, name: string) =>
      median((all.get(contestant) ?? []).map((seen) => seen[name] ?? Number.NaN));
    const row = (mode: 'platform' | 'light', name: string, times: number | undefined): Row => {
      const peers = {
        hono: of(`hono ${mode}`, name),
        ...(mode === 'light' ? { fastify: of('fastify', name) } : {}),
        ...(name.startsWith('GET') || name.startsWith('POST') ? { floor: of('node:http', name) } : {}),
      };
      return {
        name: 'http-service',
        measure: `Service, ${name}, ${mode} objects`,
        unit: 'us CPU',
        value: of(mode, name),
        peers,
        exact: false,
        ...(times === undefined ? {} : { target: { times, of: 'hono' } }),
        note: NOTE,
      };
    };
    const limits: ReadonlyArray<readonly [name: string, times: number | undefined]> = [
      ['GET', 1],
      ['GET at a fixed rate', 1],
      ['POST 1 KB', 1.1],
      ['POST 1 KB at a fixed rate', 1.1],
      ...(['10 KB of JSON', 'a stream of 4 KB', 'an unknown path'] satisfies ServiceRequest[]).map(
        (name) => [name, undefined] as const,
      ),
    ];
    return (['platform', 'light'] as const).flatMap((mode) => limits.map(([name, times]) => row(mode, name, times)));
  },
};

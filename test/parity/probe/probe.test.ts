import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostKind, RunningApp } from '../../support/start-app.ts';
import { HOSTS } from '../../support/start-app.ts';
import { normalize } from '../normalize.ts';
import type { Scenario } from '../scenario.ts';
import { FAULT_SCENARIOS } from './scenarios/faults.ts';
import { HTTP_SCENARIOS } from './scenarios/http.ts';
import { KIND_SCENARIOS } from './scenarios/kinds.ts';
import { MALFORMED_SCENARIOS } from './scenarios/malformed.ts';
import { MESSAGE_SCENARIOS } from './scenarios/messages.ts';
import { STATE_SCENARIOS } from './scenarios/state.ts';
import { WIRE_SCENARIOS } from './scenarios/wire.ts';
import type { ProbeBuild } from './start-probe.ts';
import { buildProbe, startProbe } from './start-probe.ts';

let built: ProbeBuild;
const apps = new Map<HostKind, RunningApp>();

beforeAll(async () => {
  built = await buildProbe();
  for (const host of HOSTS) apps.set(host, await startProbe(host, built));
});
afterAll(async () => {
  for (const app of apps.values()) await app[Symbol.asyncDispose]();
  await built[Symbol.asyncDispose]();
});

async function observe(host: HostKind, { run }: Scenario): Promise<unknown> {
  const app = apps.get(host);
  if (!app) throw new Error(`The ${host} did not start`);
  return normalize(await run(app));
}

describe('the same on every host', () => {
  it.each([
    ...HTTP_SCENARIOS,
    ...WIRE_SCENARIOS,
    ...MALFORMED_SCENARIOS,
    ...FAULT_SCENARIOS,
    ...MESSAGE_SCENARIOS,
    ...KIND_SCENARIOS,
    ...STATE_SCENARIOS,
  ])('$name', async (scenario) => {
    const [first, ...others] = await Promise.all(HOSTS.map((host) => observe(host, scenario)));
    if (typeof scenario.contract === 'object') expect(first).toMatchObject(scenario.contract as object);
    else expect(first).toBe(scenario.contract);
    for (const other of others) expect(other).toEqual(first);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostKind } from '../../support/start-app.ts';
import { HOSTS } from '../../support/start-app.ts';
import { normalize } from '../normalize.ts';
import type { Scenario } from '../scenario.ts';
import { LIFE_SCENARIOS } from './scenarios/lives.ts';
import { RESOURCE_SCENARIOS } from './scenarios/resources.ts';
import { ROTATION_SCENARIOS } from './scenarios/rotation.ts';
import { STARTING_SCENARIOS } from './scenarios/starting.ts';
import type { ProbeBuild } from './start-probe.ts';
import { buildProbe, startProbe } from './start-probe.ts';

let built: ProbeBuild;

beforeAll(async () => {
  built = await buildProbe();
});
afterAll(async () => {
  await built[Symbol.asyncDispose]();
});

async function observe(host: HostKind, { run }: Scenario): Promise<unknown> {
  await using app = await startProbe(host, built, { apart: true });
  return normalize(await run(app));
}

describe('the same on every host, from start to end', () => {
  it.each([...STARTING_SCENARIOS, ...LIFE_SCENARIOS, ...RESOURCE_SCENARIOS, ...ROTATION_SCENARIOS])(
    '$name',
    async (scenario) => {
      const [first, ...others] = await Promise.all(HOSTS.map((host) => observe(host, scenario)));
      expect(first).toMatchObject(scenario.contract as object);
      for (const other of others) expect(other).toEqual(first);
    },
  );
});

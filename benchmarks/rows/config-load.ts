import { defineConfig, env, loadConfig, parameterStore, secret, secretsManager } from '@twelvefold/config';
import * as z from 'zod/mini';
import { benchAws } from '../support/bench-aws.ts';
import { localEndpoint } from '../support/endpoint.ts';
import { observeCalls } from '../support/observe-calls.ts';
import { race } from '../support/race.ts';
import type { Measurement } from './measurement.ts';

const keys = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const PARAMETERS = keys('p', 25);
const SECRETS = keys('s', 5);
const TARGET = { app: 'bench', stage: 'test' };

const parameter = (key: string) => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Type: 'String', Name: `/bench/test/plain/${key}`, Value: '1' },
});
const stored = (key: string) => ({
  Type: 'AWS::SecretsManager::Secret',
  Properties: { Name: `bench/test/keys/${key}`, SecretString: `value of ${key}` },
});
const RESOURCES = {
  ...Object.fromEntries(PARAMETERS.map((key) => [key.toUpperCase(), parameter(key)])),
  ...Object.fromEntries(SECRETS.map((key) => [key.toUpperCase(), stored(key)])),
};

/**
 * Calls and round trips of loading 25 parameters and 5 secrets, none of them in the environment.
 */
export const configLoad: Measurement = {
  name: 'config-load',
  quick: true,
  async measure({ quick }) {
    await using endpoint = await benchAws(RESOURCES);
    const definition = defineConfig({
      schema: z.object({
        plain: z.object(Object.fromEntries(PARAMETERS.map((key) => [key, z.coerce.number()]))),
        keys: z.object(Object.fromEntries(SECRETS.map((key) => [key, secret(z.string())]))),
      }),
      sources: [env(), parameterStore(), secretsManager()],
    });

    const { aws, roundTrips } = observeCalls(endpoint.aws);
    const config = await loadConfig(definition, { ...TARGET, env: {}, aws });
    if (config.plain.p24 !== 1 || config.keys.s4?.reveal() !== 'value of s4')
      throw new Error('Cannot measure: wrong config');
    const row = { name: 'config-load', measure: 'Load 25 parameters + 5 secrets', exact: true };
    return [
      {
        ...row,
        unit: 'calls',
        value: endpoint.calls().length,
        target: { exactly: 3 },
        ...(quick ? {} : { peers: await peerCalls() }),
      },
      { ...row, unit: 'round trips', value: roundTrips(), target: { exactly: 1 } },
    ];
  },
};

async function peerCalls(): Promise<Record<string, number>> {
  await using endpoint = await localEndpoint(RESOURCES);
  const calls: Record<string, number> = {};
  for (const name of ['powertools', 'middy']) {
    await race({ rounds: 1, contestants: { [name]: `load-config.${name}.ts` }, env: endpoint.env });
    calls[name] = (await endpoint.calls()).length;
  }
  return calls;
}

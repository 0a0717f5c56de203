import { defineConfig, env, loadConfig, parameterStore, secret, secretsManager } from '@twelvefold/config';
import * as z from 'zod/mini';
import { benchAws } from '../support/bench-aws.ts';
import { observeCalls } from '../support/observe-calls.ts';
import type { Row } from '../support/row.ts';

const keys = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const PARAMETERS = keys('p', 25);
const SECRETS = keys('s', 5);
const TARGET = { app: 'bench', stage: 'test' };

/** Calls and round trips of loading 25 parameters and 5 secrets, none of them in the environment. */
export async function configCalls(): Promise<readonly Row[]> {
  const parameter = (key: string) => ({
    Type: 'AWS::SSM::Parameter',
    Properties: { Type: 'String', Name: `/bench/test/plain/${key}`, Value: '1' },
  });
  const stored = (key: string) => ({
    Type: 'AWS::SecretsManager::Secret',
    Properties: { Name: `bench/test/keys/${key}`, SecretString: `value of ${key}` },
  });
  await using endpoint = await benchAws({
    ...Object.fromEntries(PARAMETERS.map((key) => [key.toUpperCase(), parameter(key)])),
    ...Object.fromEntries(SECRETS.map((key) => [key.toUpperCase(), stored(key)])),
  });
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
  return [
    {
      measure: 'Load 25 parameters + 5 secrets',
      value: endpoint.calls().length,
      unit: 'calls',
      target: { exactly: 3 },
    },
    { measure: 'Load 25 parameters + 5 secrets', value: roundTrips(), unit: 'round trips', target: { exactly: 1 } },
  ];
}

import type { Aws } from '@twelvefold/aws';
import { defineConfig, env, loadConfig, parameterStore } from '@twelvefold/config';
import * as z from 'zod/mini';
import { contest } from '../support/contest.ts';

/* Loads a config of so many parameters from a Parameter Store that answers at once. */
const [keys = '10'] = process.argv.slice(2);
const names = Array.from({ length: Number(keys) }, (_, index) => `key${index}`);
const definition = defineConfig({
  schema: z.object({ values: z.object(Object.fromEntries(names.map((name) => [name, z.coerce.number()]))) }),
  sources: [env(), parameterStore()],
});
const aws: Aws = {
  as: () => aws,
  call: async (_service, _operation, input) => {
    const { Names } = input as unknown as { Names: string[] }; // only GetParameters is called
    return { Parameters: Names.map((Name) => ({ Name, Type: 'String', Value: '1', Version: 1 })) } as never;
  },
};
await contest(40, async (loads) => {
  for (let load = 0; load < loads; load += 1) {
    const config = await loadConfig(definition, { app: 'bench', stage: 'test', env: {}, aws });
    if (config.values.key0 !== 1) throw new Error('Cannot measure: wrong config');
  }
});

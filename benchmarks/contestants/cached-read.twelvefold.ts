import { createAws } from '@twelvefold/aws';
import { defineConfig, env, loadConfig, parameterStore } from '@twelvefold/config';
import * as z from 'zod/mini';
import { contest } from '../support/contest.ts';

const definition = defineConfig({
  schema: z.object({ pricing: z.object({ taxRate: z.coerce.number() }) }),
  sources: [env(), parameterStore()],
});
const aws = createAws({ env: process.env });
const config = await loadConfig(definition, { app: 'bench', stage: 'test', env: {}, aws });
let sum = 0;
await contest(50_000_000, (reads) => {
  // In a local: to add to a module's variable costs eight times as much as to read the value.
  let ofThese = 0;
  for (let read = 0; read < reads; read += 1) ofThese += config.pricing.taxRate;
  sum = ofThese;
});
if (sum === 0) throw new Error('Cannot measure: nothing was read');

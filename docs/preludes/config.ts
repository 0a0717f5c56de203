import { createConfig, defineConfig, env, parameterStore, secret, secretsManager } from '@twelvefold/config';
import * as z from 'zod';

export { createAws } from '@twelvefold/aws';

export const definition = defineConfig({
  schema: z.object({
    pricing: z.object({ taxRate: z.coerce.number() }),
    payments: z.object({ apiKey: secret(z.string()) }),
  }),
  sources: [env(), parameterStore(), secretsManager()],
});

export const live = createConfig(definition, { app: 'orders', stage: 'dev' });

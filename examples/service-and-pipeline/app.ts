import { defineApp, defineConfig, env, parameterStore } from 'twelvefold';
import * as z from 'zod/mini';

export const app = defineApp({
  name: 'catalog',
  config: defineConfig({
    // /catalog/{stage}/shop/name and /catalog/{stage}/shop/currency
    schema: z.object({ shop: z.object({ name: z.string(), currency: z._default(z.enum(['EUR', 'USD']), 'EUR') }) }),
    sources: [env(), parameterStore()],
  }),
});

/** `/health/live` and `/health/ready` come from the host, on the same port. */
export const api = app.http({ uses: { config: ['shop'] } }, (_request, { config }) => Response.json(config.shop));

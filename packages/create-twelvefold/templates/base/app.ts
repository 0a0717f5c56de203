import { defineApp, defineConfig, env, parameterStore, queue, table } from 'twelvefold';
import * as z from 'zod/mini';

const Name = z.string().check(z.minLength(1), z.maxLength(80));

/** Definitions only: importing them does no I/O and reads no environment. */
export const app = defineApp({
  name: 'my-app',
  config: defineConfig({
    // /my-app/{stage}/greeting in Parameter Store, or GREETING in the environment.
    schema: z.object({ greeting: z._default(z.string().check(z.minLength(1)), 'Hello') }),
    sources: [env(), parameterStore()],
  }),
  backing: {
    requests: queue('requests', { schema: z.object({ name: Name }), visibility: '60s' }),
    greetings: table('greetings', { schema: z.object({ name: Name, text: z.string() }), key: 'name' }),
  },
});

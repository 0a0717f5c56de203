import { defineApp, defineConfig, env, installLightHttp, secret } from 'twelvefold';
import { run } from 'twelvefold/ecs';
import * as z from 'zod/mini';
import { createServiceApp } from '../support/service-app.ts';
import { reportUsage } from '../support/service-process.ts';

const isLight = process.argv[2] === 'light';
// Platform: the Response is the platform's; the Request is a stand-in in both modes, as hono's is.
installLightHttp({ responses: isLight });
const app = defineApp({
  name: 'bench',
  config: defineConfig({ schema: z.object({ vault: z.object({ token: secret(z.string()) }) }), sources: [env()] }),
});
const routes = createServiceApp();
/** The row asserts by this route that the deadline is on. */
routes.get('/limits', (c) => {
  const { deadline } = c.env as { deadline: { remainingMs(): number } }; // the context that is given below
  return c.json({ remainingMs: deadline.remainingMs() });
});
const api = app.http({ uses: { config: ['vault'] } }, (request, ctx) => routes.fetch(request, ctx));
reportUsage();
await run(app, [api], { lightResponses: isLight });

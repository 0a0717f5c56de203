import { defineApp, queue } from 'twelvefold';
import { run } from 'twelvefold/ecs';
import * as z from 'zod/mini';
import { finish } from '../support/contest.ts';

/* A service of so many consumers. Tells its CPU time since the process began when it is asked. */
const [components = '1'] = process.argv.slice(2);
const keys = Array.from({ length: Number(components) }, (_, index) => `queue${index}`);
const schema = z.object({ index: z.int() });
const app = defineApp({
  name: 'bench',
  backing: Object.fromEntries(keys.map((key) => [key, queue(key, { schema })])),
});
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const wallUs = performance.now() * 1_000;
  finish({ operations: 1, cpuUs: user + system, wallUs, rssBytes: process.memoryUsage.rss() });
});
await run(
  app,
  keys.map((key) => app.consumer(key, { uses: {} }, async () => {})),
);

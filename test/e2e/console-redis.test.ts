import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sessionStore } from '@twelvefold/backing';
import { connectIovalkey } from '@twelvefold/backing/iovalkey';
import { redisSessionDriver } from '@twelvefold/backing/redis-sessions';
import { createSessions } from '@twelvefold/backing/sessions';
import { systemClock } from '@twelvefold/core';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { until } from '../support/until.ts';
import { withChromium } from '../support/with-chromium.ts';
import { withServer } from '../support/with-server.ts';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'packages/app/dist/bundle/cli/main.js');
/**
 * Inside the repository, so that packages resolve as in a project that has them installed: built.
 */
const FOLDER = join(ROOT, '.tsbuild/console-redis');
const definition = sessionStore('visitors', { schema: z.object({ cart: z.string() }), driver: 'iovalkey' });

withServer("the console's sessions", 'redis', () => {
  withChromium("the console's sessions on Redis", (executablePath) => {
    let child: ChildProcess | undefined;
    let browser: Browser;
    let page: Page;
    let output = '';
    const find = (pattern: RegExp) => pattern.exec(output)?.[1] ?? '';

    beforeAll(async () => {
      await rm(FOLDER, { recursive: true, force: true });
      await cp(join(ROOT, 'test/e2e/fixtures/greeter'), FOLDER, { recursive: true });
      await writeFile(join(FOLDER, 'package.json'), '{ "type": "module" }\n');
      const app = await readFile(join(FOLDER, 'app.ts'), 'utf8');
      const store = "sessionStore('visitors', { schema: z.object({ cart: z.string() }), driver: 'iovalkey' })";
      const changed = app
        .replace('parameterStore, queue,', 'parameterStore, queue, sessionStore,')
        .replace('backing: {', `backing: {\n    visits: ${store},`);
      expect(changed.match(/sessionStore/g)).toHaveLength(2);
      await writeFile(join(FOLDER, 'app.ts'), changed);
      const args = ['dev', 'manifest.ts', '--port', '0', '--aws-port', '0', '--console-port', '0'];
      child = spawn(process.execPath, [BIN, ...args], { cwd: FOLDER, env: { PATH: process.env.PATH, HOME: FOLDER } });
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk) => {
          output += chunk;
        });
      }
      await until(
        'the console and Redis',
        () => [find(/Console (\S+)/), find(/Redis on (\S+)/), child?.exitCode],
        ([console, redis, code]) => (console !== '' && redis !== '') || typeof code === 'number',
      );
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
      page = await browser.newPage();
      await page.goto(find(/Console (\S+)/));
    });
    afterAll(async () => {
      await browser?.close();
      if (child !== undefined && child.exitCode === null) {
        const ended = new Promise((resolve) => child?.on('exit', resolve));
        // It stops its Redis.
        child.kill('SIGTERM');
        await ended;
      }
      await rm(FOLDER, { recursive: true, force: true });
    });

    it('are listed and ended as those of the app', async () => {
      const url = find(/Redis on (\S+)/);
      const client = await connectIovalkey({ url, clock: systemClock, random: Math.random });
      try {
        // As the app's client has it.
        const store = createSessions({ definition, driver: redisSessionDriver({ client, prefix: 'visitors' }) });
        const session = await store.create({ cart: 'tea' }, { userId: 'ada' });
        await page.goto(new URL('/sessions', page.url()).href);
        await page.getByLabel('User id').fill('ada');
        await page.getByRole('button', { name: 'Show sessions' }).click();
        await page.getByText('"cart": "tea"').waitFor();
        expect(await page.getByLabel('Store').inputValue()).toBe('visits');
        await page.getByRole('button', { name: 'End' }).click();
        expect(await page.getByRole('status').innerText()).toMatch(/^The session \S+ of ada has ended\.$/);
        await page.getByText('ada has no live session.').waitFor();
        expect(await store.load(session.id)).toMatchObject({ ended: { reason: 'ended' } });
      } finally {
        await client.stop();
      }
    });
  });
});

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAws, sqs as sqsService } from '@twelvefold/aws';
import { sessionStore } from '@twelvefold/backing';
import { dynamoDbSessionDriver } from '@twelvefold/backing/dynamodb-sessions';
import { createSessions } from '@twelvefold/backing/sessions';
import { provision } from '@twelvefold/local';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { until } from '../support/until.ts';
import { withChromium } from '../support/with-chromium.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BIN = join(ROOT, 'packages/app/dist/bundle/cli/main.js');
/**
 * Inside the repository, so that packages resolve as in a project that has them installed: built.
 */
const FOLDER = join(ROOT, '.tsbuild/console');
const IMAGES = join(ROOT, 'docs/guides/images');
const DEAD_LETTERS = 'greeter-dev-requests-dead-letter';

withChromium('console', (executablePath) => {
  let child: ChildProcess | undefined;
  let browser: Browser;
  let page: Page;
  let output = '';
  let app = '';
  let opened = '';
  const faults: string[] = [];

  beforeAll(async () => {
    await rm(FOLDER, { recursive: true, force: true });
    await cp(join(ROOT, 'test/e2e/fixtures/greeter'), FOLDER, { recursive: true });
    await writeFile(join(FOLDER, 'package.json'), '{ "type": "module" }\n');
    await addSessionStore();
    const args = ['dev', 'manifest.ts', '--port', '0', '--aws-port', '0', '--console-port', '0'];
    child = spawn(process.execPath, [BIN, ...args], { cwd: FOLDER, env: { PATH: process.env.PATH, HOME: FOLDER } });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk;
      });
    }
    const find = (pattern: RegExp) => pattern.exec(output)?.[1] ?? '';
    await until(
      'the app and its console',
      () => [find(/listening on port (\d+)/), find(/Console (\S+)/)],
      ([port, url]) => port !== '' && url !== '',
    );
    app = `http://127.0.0.1:${find(/listening on port (\d+)/)}`;
    opened = find(/Console (\S+)/);
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 1100, height: 700 } });
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(opened);
  });
  afterAll(async () => {
    await browser?.close();
    child?.kill('SIGKILL');
    await rm(FOLDER, { recursive: true, force: true });
  });

  const at = (path: string) => new URL(path, opened).href;
  const rows = () => page.locator('tbody tr').allInnerTexts();

  it('opens by the printed address, which loses its token', async () => {
    expect(page.url()).toBe(at('/'));
    expect(await page.locator('h1').innerText()).toBe('Queues');
    expect(await rows()).toEqual([
      expect.stringContaining('greeter-dev-requests\t0\t0\t0\tgreeter-dev-requests-dead-letter'),
      expect.stringContaining(DEAD_LETTERS),
    ]);
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
  });

  it('lets in no other browser', async () => {
    const stranger = await (await browser.newContext()).newPage();
    const answer = await stranger.goto(at('/queues'));
    expect(answer?.status()).toBe(401);
    await stranger.context().close();
  });

  it('shows rows, and one request over its log lines and calls', async () => {
    const sent = await fetch(`${app}/?name=Ada`, { method: 'POST' });
    const { correlationId } = (await sent.json()) as { correlationId: string };
    await page.goto(at('/tables/greeter-dev-greetings'));
    // The page shows a newer state by itself.
    await page.getByRole('cell', { name: 'Hello, Ada' }).waitFor();

    await page.goto(at('/timeline'));
    await page.getByLabel('Correlation id').fill(correlationId);
    await page.getByRole('button', { name: 'Show' }).click();
    const steps = (await page.locator('table').first().locator('tbody tr').allInnerTexts()).join('\n');
    for (const step of ['request answered', 'sqs SendMessage', 'greeted', 'dynamodb PutItem', 'message handled']) {
      expect(steps).toContain(step);
    }
    await page.goto(at('/permissions'));
    expect((await rows()).map((row) => row.split('\t').slice(0, 5).join(' '))).toEqual(
      expect.arrayContaining(['http sqs:SendMessage requests yes 1', 'requests dynamodb:PutItem greetings yes 1']),
    );
  });

  it('shows the rows before and after a write', async () => {
    const sent = await fetch(`${app}/?name=Grace`, { method: 'POST' });
    const { correlationId } = (await sent.json()) as { correlationId: string };
    await until(
      'Grace is greeted',
      () => fetch(`${app}/?name=Grace`),
      ({ status }) => status === 200,
    );
    await page.goto(at(`/timeline?id=${correlationId}`));
    const write = page.locator('tr', { hasText: 'dynamodb PutItem' });
    await write.getByText('greeter-dev-greetings before').waitFor();
    expect(await write.locator('dd').allInnerTexts()).toEqual([
      'no row',
      expect.stringMatching(/"text": "Hello, Grace"/),
    ]);
    // The message that led to it is handled, and its body is still shown.
    const handled = page.locator('tr', { hasText: 'received, then deleted' });
    await handled.getByText('"name": "Grace"').waitFor();
    expect(await handled.innerText()).toContain('greeter-dev-requests');
  });

  it('lists the sessions of a user, and ends one', async () => {
    const driver = dynamoDbSessionDriver({ name: 'greeter-dev-sessions', aws: createAws({ env: awsEnv() }) });
    const definition = sessionStore('sessions', { schema: z.object({ cart: z.string() }) });
    const store = createSessions({ definition, driver });
    const session = await store.create({ cart: 'tea' }, { userId: 'ada' });
    await page.goto(at('/sessions'));
    await page.getByLabel('User id').fill('ada');
    await page.getByRole('button', { name: 'Show sessions' }).click();
    expect(await rows()).toEqual([expect.stringContaining('"cart": "tea"')]);
    await page.getByRole('button', { name: 'End' }).click();
    expect(await page.getByRole('status').innerText()).toMatch(/^The session \S+ of ada has ended\.$/);
    await page.getByText('ada has no live session.').waitFor();
    expect(await store.load(session.id)).toMatchObject({ ended: { reason: 'ended' } });
  });

  it('sends, looks without receiving, and purges only by name; markup in a body stays text', async () => {
    await page.goto(at(`/queues/${DEAD_LETTERS}`));
    const body = '<img src=x onerror="document.title=1">{"a":1}';
    await page.getByLabel('Body').fill(body);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('status').waitFor();
    for (const _ of [1, 2]) await page.reload();
    const [row = ''] = await rows();
    expect(row).toContain(body);
    expect(row.split('\t').slice(1, 3)).toEqual(['visible', '0']);
    expect(await page.locator('img').count()).toBe(0);

    await page.getByLabel(`Type ${DEAD_LETTERS}`).fill('something else');
    await page.getByRole('button', { name: 'Delete all messages' }).click();
    expect(await page.getByRole('alert').innerText()).toBe(`Type ${DEAD_LETTERS} to delete all of its messages`);
    await page.goto(at(`/queues/${DEAD_LETTERS}`));
    expect(await rows()).toHaveLength(1);
    await page.getByLabel(`Type ${DEAD_LETTERS}`).fill(DEAD_LETTERS);
    await page.getByRole('button', { name: 'Delete all messages' }).click();
    await page.getByText('The queue is empty.').waitFor();
  });

  it('shows a message that waits on the timeline of its id', async () => {
    const correlationId = 'c-waits';
    const sqs = createAws({ env: awsEnv() });
    const { QueueUrl = '' } = await sqs.call(
      sqsService,
      'GetQueueUrl',
      { QueueName: DEAD_LETTERS },
      { access: 'read' },
    );
    const attribute = { DataType: 'String', StringValue: correlationId };
    const message = { QueueUrl, MessageBody: '{"waits":true}', MessageAttributes: { correlationId: attribute } };
    await sqs.call(sqsService, 'SendMessage', message, { access: 'write' });
    await page.goto(at(`/timeline?id=${correlationId}`));
    const waiting = page.locator('tr', { hasText: 'in the queue, visible' });
    expect(await waiting.innerText()).toContain('"waits": true');
  });

  it('is used by the keyboard: to the clock, which goes an hour further', async () => {
    await page.goto(at('/queues'));
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    const focused = async () => String(await page.evaluate('document.activeElement.textContent'));
    for (let step = 0; step < 20 && (await focused()) !== 'Clock and faults'; step += 1)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Clock and faults' }).waitFor();
    for (let step = 0; step < 30 && (await focused()) !== 'Advance by 1 hour'; step += 1)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('status').innerText()).toBe('The clock is 3600 seconds further.');
    const answer = await page.request.get(at('/api/clock'));
    const { nowMs } = (await answer.json()) as { nowMs: number };
    expect(nowMs - Date.now()).toBeGreaterThan(3_590_000);
  });

  it('works without script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const plain = await context.newPage();
    await plain.goto(opened);
    await plain.getByRole('link', { name: 'Clock and faults' }).click();
    await plain.getByRole('button', { name: 'Freeze' }).click();
    expect(await plain.getByRole('status').innerText()).toBe('The clock stands still.');
    await plain.getByRole('button', { name: 'Let it go on' }).click();
    await context.close();
  });

  it('is dark where the system is, and has no error in the browser', async () => {
    await page.goto(at('/permissions'));
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await paper()).toBe('rgb(255, 255, 255)');
    await shoot('console-permissions');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await paper()).toBe('rgb(20, 23, 26)');
    await page.goto(at('/queues'));
    await shoot('console-queues-dark');
    // A purge without the name is answered with 400, which Chromium reports as an error of the
    // page.
    expect(faults.filter((fault) => !fault.includes('400'))).toEqual([]);
  });

  it('links the pages of a long list', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `zz-${String(index).padStart(2, '0')}`);
    const queues = names.map((QueueName, index) => [
      `Queue${index}`,
      { Type: 'AWS::SQS::Queue', Properties: { QueueName } },
    ]);
    const { AWS_ENDPOINT_URL: endpoint = '', AWS_REGION: region = '' } = awsEnv();
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    await provision({ Resources: Object.fromEntries(queues) }, { endpoint, region, credentials });
    await page.goto(at('/queues'));
    await page.getByText('1 to 50 of 62').waitFor();
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText('51 to 62 of 62').waitFor();
    expect((await rows()).at(-1)).toContain('zz-59');
    await page.getByRole('link', { name: 'Previous' }).click();
    await page.getByText('1 to 50 of 62').waitFor();
    expect(await rows()).toHaveLength(50);
  });

  /** The variables of the endpoint that the command has printed. */
  function awsEnv(): Record<string, string> {
    return Object.fromEntries(
      [...output.matchAll(/(AWS_[A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
    );
  }

  async function addSessionStore(): Promise<void> {
    const file = join(FOLDER, 'app.ts');
    const text = await readFile(file, 'utf8');
    const changed = text
      .replace('parameterStore, queue,', 'parameterStore, queue, sessionStore,')
      .replace(
        'backing: {',
        "backing: {\n    sessions: sessionStore('sessions', { schema: z.object({ cart: z.string() }) }),",
      );
    expect(changed.match(/sessionStore/g)).toHaveLength(2);
    await writeFile(file, changed);
  }

  /** The guide's pictures, written with `TWELVEFOLD_WRITE_IMAGES=1`. */
  async function shoot(name: string): Promise<void> {
    if (process.env.TWELVEFOLD_WRITE_IMAGES !== '1') return;
    await mkdir(IMAGES, { recursive: true });
    await page.screenshot({ path: join(IMAGES, `${name}.png`) });
  }
});

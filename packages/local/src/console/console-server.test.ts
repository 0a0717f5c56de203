import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AwsClient } from '../client/aws-client.ts';
import { createAwsClient } from '../client/aws-client.ts';
import { createItemImages } from '../core/item-images.ts';
import { createMessageMemory } from '../core/message-memory.ts';
import type { LocalAws } from '../start.ts';
import { startEndpoint } from '../start.ts';
import type { Console } from './console-server.ts';
import { startConsole } from './console-server.ts';
import { html } from './html.ts';
import { SCRIPT, STYLE } from './layout.ts';
import { createLogMemory } from './log-memory.ts';
import type { ConsoleRun } from './section.ts';
import { sections } from './sections/index.ts';

const REGION = 'eu-west-1';
const TOKEN = 'a0000000-0000-4000-8000-000000000000';
const runs: ConsoleRun[] = [
  { id: 'r-1', task: 'count', status: 'running', scanned: 5, total: 10, enqueuedAt: '2026-11-30T00:00:00.000Z' },
];
const commands: string[] = [];
const signals: string[] = [];
const logs = createLogMemory();
const images = createItemImages();
const messages = createMessageMemory();
const ended: string[] = [];
let client: AwsClient;

let aws: LocalAws;
let served: Console;
let cookie = '';
let base = '';

beforeAll(async () => {
  aws = await startEndpoint({}, { images, messages });
  client = createAwsClient({
    endpoint: aws.url,
    region: REGION,
    credentials: { accessKeyId: 'console', secretAccessKey: 'local' },
  });
  await client.json('sqs', 'CreateQueue', { QueueName: 'shop-dev-orders' });
  await client.query('sns', 'CreateTopic', { Name: 'shop-dev-events' });
  await client.json('secretsmanager', 'CreateSecret', {
    Name: 'shop/dev/key',
    SecretString: 'a-very-secret-value',
    ClientRequestToken: TOKEN,
  });
  await client.json('ssm', 'PutParameter', { Name: '/shop/dev/tax', Value: '0.19', Type: 'String' });
  await client.json('ssm', 'PutParameter', { Name: '/shop/dev/db', Value: 'hidden-value', Type: 'SecureString' });
  served = await startConsole(0, {
    aws,
    client,
    region: REGION,
    stage: 'dev',
    logs,
    images,
    messages,
    manifest: () => ({ app: 'shop', components: [], resources: [], config: { parameters: [], secrets: [] } }),
    signalApp: (signal) => void signals.push(signal),
    runs: {
      list: async () => runs,
      command: async (id, command) => {
        if (id !== 'r-1') throw new Error(`there is no run ${id}`);
        commands.push(command);
      },
    },
    sessions: {
      stores: ['sessions', 'staff'],
      list: async (store, userId) => {
        if (userId === 'refused') throw new TypeError('Cannot use a userId: it is refused');
        if (store !== 'sessions' || userId !== 'ada') return [];
        return [{ handle: 'h-1', data: { cart: ['<b>'] }, createdAtMs: 0, seenAtMs: 60_000, expiresAtMs: 120_000 }];
      },
      end: async (...call) => void ended.push(call.join(' ')),
    },
  });
  base = new URL(served.url).origin;
  const opened = await fetch(served.url, { redirect: 'manual' });
  cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
});
afterAll(async () => {
  await served.close();
  await aws.close();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${base}${path}`, { headers: { cookie, ...headers }, redirect: 'manual' });
const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${base}${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { cookie, ...headers },
    redirect: 'manual',
  });

describe('who may see the console', () => {
  it('is the browser with the cookie that the printed address set', async () => {
    expect((await fetch(`${base}/queues`)).status).toBe(401);
    expect((await fetch(`${base}/?token=wrong`)).status).toBe(401);
    expect((await get('/queues')).status).toBe(200);
    const opened = await fetch(served.url, { redirect: 'manual' });
    expect(opened.status).toBe(303);
    expect(opened.headers.get('location')).toBe('/');
    expect(opened.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
  });

  it.each([
    ['another Host', { host: 'attacker.example' }],
    ['another Origin', { origin: 'http://attacker.example' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another port of this host', { 'sec-fetch-site': 'same-site' }],
  ])('refuses a page with %s, even with the cookie', async (_, headers) => {
    const { hostname, port } = new URL(base);
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => {
      // fetch() does not send a Host that it is given.
      const sent = request({ hostname, port, path: '/queues', headers: { cookie, ...headers } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.end();
    });
    expect(status).toBe(403);
  });
});

describe('the pages', () => {
  it.each(sections.map(({ path, title }) => [path, title]))('/%s is a page and JSON', async (path, title) => {
    const page = await get(`/${path}`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await page.text();
    expect(text).toContain(`<h1>${title}</h1>`);
    expect(text).toContain('<html lang="en">');
    expect((await get(`/api/${path}`)).headers.get('content-type')).toContain('application/json');
  });

  it('mask secrets, also in JSON', async () => {
    const [page, api] = [await get('/config'), await get('/api/config')];
    for (const text of [await page.text(), await api.text()]) {
      expect(text).toContain('shop/dev/key');
      expect(text).toContain('0.19');
      expect(text).not.toContain('a-very-secret-value');
      expect(text).not.toContain('hidden-value');
    }
  });

  it('name what is not there', async () => {
    for (const path of ['/nothing', '/queues/none', '/tables/none']) {
      const answer = await get(path);
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain('Cannot find');
    }
    expect(await (await get('/api/queues/none')).json()).toEqual({ message: 'Cannot find the queue none' });
  });

  it.each(['/%zz', '/api/%zz', '/api/queues/%zz'])('answer 400 for %s, which cannot be decoded', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(400);
    if (!path.startsWith('/api/')) return;
    expect(await answer.json()).toEqual({ message: 'The address has a part that cannot be decoded: %zz' });
  });

  it('read a partition by a number, and answer 400 with what AWS refuses', async () => {
    await client.json('dynamodb', 'CreateTable', {
      TableName: 'shop-dev-years',
      AttributeDefinitions: [{ AttributeName: 'year', AttributeType: 'N' }],
      KeySchema: [{ AttributeName: 'year', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    for (const N of ['2025', '2026']) {
      await client.json('dynamodb', 'PutItem', { TableName: 'shop-dev-years', Item: { year: { N } } });
    }
    const page = await get('/api/tables/shop-dev-years?partition=2026');
    expect(await page.json()).toMatchObject({ rows: [{ year: 2026 }] });
    const refused = await get('/api/tables/shop-dev-years?partition=soon');
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({ message: expect.stringMatching(/^ValidationException: /) });
  });

  it('go beyond the first page of every list', async () => {
    const numbers = Array.from({ length: 120 }, (_, at) => String(at).padStart(3, '0'));
    for (const number of numbers) {
      await client.json('sqs', 'CreateQueue', { QueueName: `many-${number}` });
      await client.query('sns', 'CreateTopic', { Name: `many-${number}` });
      await client.json('dynamodb', 'CreateTable', {
        TableName: `many-${number}`,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      });
      const ClientRequestToken = TOKEN.replace(/^a0{6}0/, `a0000${number}`);
      const Name = `many-${number}`;
      await client.json('secretsmanager', 'CreateSecret', { Name, SecretString: 'x', ClientRequestToken });
    }
    for (const part of ['queues', 'topics', 'tables', 'config']) {
      const names: string[] = [];
      let from: number | undefined = 0;
      while (from !== undefined) {
        const page = (await (await get(`/api/${part}?from=${from}`)).json()) as {
          rows: Array<{ name: string }>;
          next?: number;
        };
        expect(page.rows.length).toBeLessThanOrEqual(50);
        names.push(...page.rows.map(({ name }) => name));
        from = page.next;
      }
      const many = names.filter((name) => name.startsWith('many-'));
      expect({ part, many }).toEqual({ part, many: numbers.map((number) => `many-${number}`) });
      expect(new Set(names).size, part).toBe(names.length);
      const text = await (await get(`/${part}?from=50`)).text();
      expect(text).toContain('href="?from=0">Previous</a>');
      expect(text).toContain('href="?from=100">Next</a>');
    }
    expect((await get('/api/queues?from=-1')).status).toBe(400);
  });

  it('go beyond the first messages of a queue, which counts none of them as received', async () => {
    const { QueueUrl } = await client.json('sqs', 'CreateQueue', { QueueName: 'long' });
    for (let at = 0; at < 60; at += 1) {
      await client.json('sqs', 'SendMessage', { QueueUrl, MessageBody: `body ${at}` });
    }
    const page = await (await get('/queues/long')).text();
    expect(page).toContain('1 to 50 of 60');
    const second = (await (await get('/api/queues/long?from=50')).json()) as {
      messages: Array<{ body: string; receiveCount: number }>;
      next?: number;
    };
    expect(second.messages.map(({ body, receiveCount }) => [body, receiveCount])).toEqual(
      Array.from({ length: 10 }, (_, at) => [`body ${50 + at}`, 0]),
    );
    expect(second.next).toBe(undefined);
  });

  it('need one asset of less than 60 KB', () => {
    expect(Buffer.byteLength(STYLE) + Buffer.byteLength(SCRIPT)).toBeLessThan(60 * 1024);
  });
});

describe('the actions', () => {
  it('go back to the page that the form was on', async () => {
    const referer = `${base}/queues/shop-dev-orders?x=1`;
    const answer = await post('/queues/send', { queue: 'shop-dev-orders', body: 'one' }, { referer });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(/^\/queues\/shop-dev-orders\?x=1&done=Sent/);
    const elsewhere = await post('/clock/freeze', {}, { referer: 'http://attacker.example/' });
    expect(elsewhere.headers.get('location')).toMatch(/^\/clock\?done=/);
    await post('/clock/unfreeze', {});
  });

  it('are JSON behind /api', async () => {
    const sent = await post('/api/queues/send', { queue: 'shop-dev-orders', body: 'two' });
    expect(await sent.json()).toEqual({ done: expect.stringMatching(/^Sent message \S+ to shop-dev-orders\.$/) });
    const { messages } = (await (await get('/api/queues/shop-dev-orders')).json()) as { messages: unknown[] };
    expect(messages).toEqual([
      expect.objectContaining({ body: 'one', receiveCount: 0, state: 'visible' }),
      expect.objectContaining({ body: 'two' }),
    ]);
  });

  it('steer runs, and say why they cannot', async () => {
    expect(await (await get('/runs')).text()).toContain('5 of 10');
    await post('/runs/pause', { id: 'r-1' });
    expect(commands).toEqual(['pause']);
    const refused = await post('/api/runs/cancel', { id: 'r-2' });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({ message: 'there is no run r-2' });
  });

  it('end a session of a user, who is named by id', async () => {
    expect(await (await get('/sessions')).text()).toContain('It cannot list its users');
    const page = await (await get('/sessions?user=ada')).text();
    expect(page).toContain('<code>h-1</code>');
    expect(page).toContain('1970-01-01T00:02:00.000Z');
    expect(page).toContain('&lt;b&gt;');
    expect(await (await get('/sessions?store=staff&user=ada')).text()).toContain('ada has no live session.');
    expect(await (await get('/api/sessions?user=refused')).json()).toEqual({
      message: 'Cannot use a userId: it is refused',
    });
    const unknown = await get('/api/sessions?store=none&user=ada');
    expect([unknown.status, await unknown.json()]).toEqual([
      400,
      { message: 'Cannot find the session store none; choose one of sessions, staff' },
    ]);
    const fields = { store: 'sessions', user: 'ada', handle: 'h-1' };
    expect(await (await post('/api/sessions/end', fields)).json()).toEqual({
      done: 'The session h-1 of ada has ended.',
    });
    expect(ended).toEqual(['sessions ada h-1']);
    expect((await post('/sessions/end', { ...fields, store: 'none' })).status).toBe(400);
    expect((await post('/sessions/end', { store: 'sessions', user: 'ada' })).status).toBe(400);
    expect(ended).toHaveLength(1);
  });

  it('add faults, all checked, and signal the app', async () => {
    const wrong = await post('/api/clock/add-fault', { kind: 'nonsense' });
    expect(wrong.status).toBe(400);
    await post('/clock/add-fault', { kind: 'throttle', service: 'sqs', operation: 'SendMessage', times: '1' });
    expect(aws.faults.list()).toEqual([expect.objectContaining({ kind: 'throttle', service: 'sqs', times: 1 })]);
    await post('/clock/clear-faults', {});
    expect(aws.faults.list()).toEqual([]);
    await post('/clock/signal', { signal: 'SIGTERM' });
    expect(signals).toEqual(['SIGTERM']);
    expect((await post('/clock/signal', { signal: 'SIGHUP' })).status).toBe(400);
  });

  it('are only those of the part', async () => {
    expect((await post('/queues/toString', {})).status).toBe(400);
    expect((await post('/topics/send', {})).status).toBe(400);
  });
});

it('escapes every value', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const [, inner = ''] = /^<p title="(.*)">\1<\/p>$/s.exec(html`<p title="${text}">${text}</p>`.text) ?? [];
      expect(inner).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
    }),
    { examples: [['"><script>'], ["' onload='x"], ['&amp;']] },
  );
  expect(html`${[html`<b>`, '<b>']}${undefined}${false}${0}`.text).toBe('<b>&lt;b&gt;0');
});

it('keeps the newest log lines, by correlation id', () => {
  const memory = createLogMemory(2);
  const line = (message: string) =>
    JSON.stringify({ timestamp: '2026-11-30T00:00:00.000Z', level: 'INFO', message, correlation_id: 'c-1' });
  for (const message of ['one', 'two', 'three', 'four']) memory.add('http', line(message));
  memory.add('http', 'not a log line');
  memory.add('http', JSON.stringify({ _aws: {}, latency: 1 }));
  expect(memory.list().map(({ message }) => message)).toEqual(['three', 'four']);
  expect(memory.of('c-1')).toHaveLength(2);
});

it('puts log lines on the clock of the endpoint', () => {
  const memory = createLogMemory();
  memory.add('http', JSON.stringify({ timestamp: '2026-11-30T00:00:00.000Z', message: 'one' }), 3_600_000);
  expect(memory.list()[0]?.atMs).toBe(Date.parse('2026-11-30T01:00:00.000Z'));
});

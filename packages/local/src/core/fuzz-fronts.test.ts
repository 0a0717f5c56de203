import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCbor } from './protocols/cbor.ts';

/** `npm run verify` throws 100,000 requests, with those of the fuzz test of JSON and forms. */
const RUNS = process.env.TWELVEFOLD_VERIFY === '1' ? 17_000 : 300;
const TIMEOUT = 600_000;

let aws: LocalAws;
let folder: string;
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twelvefold-fuzz-'));
  aws = await startLocalAws({ clock: createClock(() => Date.UTC(2026, 10, 20)), snapshot: folder });
});
afterAll(async () => {
  agent.destroy();
  // Saves the snapshot: no request may make that fail.
  await aws.close();
  await rm(folder, { recursive: true });
});

interface Received {
  readonly status: number;
  readonly text: string;
}

const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=fuzz/20261101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
});

function send(method: string, path: string, headers: Record<string, string>, body: string | Uint8Array) {
  return new Promise<Received>((resolve, reject) => {
    // Said in so many words: Node leaves it out of a GET and a DELETE, whose bodies would be the
    // next request.
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const options = { method, path, headers: { ...length, ...headers }, agent };
    const request = httpRequest(aws.url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/**
 * Everything that comes back for bytes that are sent as they are; the socket is closed by us after
 * `endMs` at the latest.
 */
function sendRaw(bytes: string | Buffer, end = true) {
  return new Promise<string>((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(aws.port, '127.0.0.1', () => (end ? socket.end(bytes) : socket.write(bytes)));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}

/** A fault in this package answers 500; an operation that is not here answers 501. */
function check(what: string, { status, text }: Received): void {
  if ((status >= 200 && status < 500) || status === 501) return;
  throw new Error(`${what}: ${status} ${text}`);
}

const alive = async () => expect((await fetch(`${aws.url}/_twelvefold/health`)).status).toBe(200);

const names = fc.constantFrom(
  '',
  'a',
  'payloads',
  '..',
  '%',
  '%ff',
  '%00',
  '__proto__',
  'constructor',
  'toString',
  'ü',
  'a'.repeat(1100),
);
const segments = fc.oneof(
  names,
  fc.string({ maxLength: 8 }).map((text) => encodeURIComponent(text.toWellFormed())),
);
const paths = fc
  .array(segments, { maxLength: 4 })
  .map((parts) => `/${parts.map((part) => part.replace(/[^\x21-\x7e]/g, 'x')).join('/')}`);
const printable = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 20,
});

async function rest(): Promise<void> {
  const queries = fc.array(
    fc.tuple(
      fc.constantFrom(
        'list-type',
        'delete',
        'location',
        'prefix',
        'delimiter',
        'max-keys',
        'continuation-token',
        'acl',
        'X-Amz-Date',
        'X-Amz-Expires',
        'encoding-type',
      ),
      fc.oneof(fc.constantFrom('', '2', '-1', '1e3', 'url', '/', '20261120T120000Z'), printable),
    ),
    { maxLength: 3 },
  );
  const headers = fc.dictionary(
    fc.constantFrom(
      'range',
      'if-match',
      'if-none-match',
      'if-modified-since',
      'content-md5',
      'content-encoding',
      'x-amz-content-sha256',
      'x-amz-checksum-crc32',
      'x-amz-checksum-type',
      'x-amz-copy-source',
      'x-amz-decoded-content-length',
      'x-amz-meta-a',
      'x-amz-invocation-type',
      'x-amz-metadata-directive',
    ),
    fc.oneof(
      fc.constantFrom(
        'bytes=0-',
        'bytes=-1',
        'bytes=5-1',
        '*',
        'aws-chunked',
        'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'payloads/a',
        '/%',
        '0',
      ),
      printable.map((text) => text.trim()),
    ),
    { maxKeys: 4 },
  );
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .constantFrom(
        '5\r\nhello\r\n0\r\n\r\n',
        'ffffffff\r\n',
        '<Delete><Object><Key>a</Key></Object></Delete>',
        '<Delete><Object>',
        '{}',
        '{',
      )
      .map((text) => Buffer.from(text)),
  );
  const requests = fc.record({
    method: fc.constantFrom('GET', 'PUT', 'HEAD', 'DELETE', 'POST', 'PATCH', 'OPTIONS'),
    path: fc.oneof(
      paths,
      paths.map((path) => `/payloads${path}`),
      segments.map((name) => `/2015-03-31/functions/${name.replace(/[^\x21-\x7e]/g, 'x')}/invocations`),
    ),
    service: fc.constantFrom('s3', 's3', 'lambda'),
    query: queries,
    headers,
    body: bodies,
  });
  await fc.assert(
    fc.asyncProperty(requests, async ({ method, path, service, query, headers: more, body }) => {
      const search = query.length === 0 ? '' : `?${new URLSearchParams(query)}`;
      const answer = await send(method, `${path}${search}`, { ...signed(service), ...more }, body);
      check(`${service} ${method} ${path}${search} ${JSON.stringify(more)}`, answer);
    }),
    { numRuns: RUNS },
  );
}

async function cbor(): Promise<void> {
  const members = fc.constantFrom(
    'Namespace',
    'MetricData',
    'MetricName',
    'Dimensions',
    'Name',
    'Value',
    'Values',
    'Counts',
    'Timestamp',
    'StatisticValues',
    'MetricDataQueries',
    'MetricStat',
    'Metric',
    'Period',
    'Stat',
    'Id',
    'StartTime',
    'EndTime',
    'Statistics',
    '__proto__',
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>('a', 'AWS/x', 'p99', 'p101', '', 60, 0, -1, 1e300, null, true, 1_763_640_000),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.array(fc.tuple(members, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
    ),
  }));
  const bodies = fc.oneof(
    fc
      .array(fc.tuple(members, value), { maxLength: 6 })
      .map((entries) => encodeCbor(Object.fromEntries(entries), ['Timestamp'])),
    fc.uint8Array({ maxLength: 60 }),
    fc.constant(Buffer.alloc(5000, 0x81)),
  );
  const operations = fc.constantFrom(
    'PutMetricData',
    'GetMetricData',
    'GetMetricStatistics',
    'ListMetrics',
    'None',
    'constructor',
    '%ff',
  );
  await fc.assert(
    fc.asyncProperty(
      operations,
      fc.constantFrom('monitoring', 'monitoring', 'sqs', 'none'),
      bodies,
      async (operation, service, body) => {
        const headers = { ...signed(service), 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' };
        check(
          `cbor ${operation}`,
          await send('POST', `/service/GraniteServiceVersion20100801/operation/${operation}`, headers, body),
        );
      },
    ),
    { numRuns: RUNS },
  );
}

async function control(): Promise<void> {
  const fields = fc.constantFrom(
    'service',
    'operation',
    'component',
    'kind',
    'times',
    'probability',
    'seed',
    'freeze',
    'setMs',
    'advanceMs',
    '__proto__',
    'constructor',
  );
  const values = fc.oneof(
    fc.constantFrom<unknown>('sqs', 'delay', -1, Number.NaN, true, null, {}, []),
    fc.integer({ min: 0, max: 10 }),
    fc.string({ maxLength: 5 }),
  );
  const bodies = fc.oneof(
    fc.array(fc.tuple(fields, values), { maxLength: 4 }).map((entries) => JSON.stringify(Object.fromEntries(entries))),
    fc.constantFrom('', '{', '[]', 'null', '"a"', '['.repeat(5000)),
    fc.string({ maxLength: 20 }),
  );
  const places = fc.constantFrom(
    'reset',
    'clock',
    'faults',
    'calls',
    'health',
    'snapshot',
    'none',
    '__proto__',
    'calls?service=sqs',
    'calls?x=1',
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('GET', 'POST', 'DELETE', 'PUT'), places, bodies, async (method, place, body) => {
      const answer = await send(method, `/_twelvefold/${place}`, {}, body);
      check(`${method} ${place} ${body}`, answer);
      expect(() => JSON.parse(answer.text)).not.toThrow();
    }),
    { numRuns: RUNS },
  );
  aws.faults.clear();
  aws.clock.unfreeze();
}

describe('no request breaks the endpoint', () => {
  it('in REST', rest, TIMEOUT);
  it('in CBOR', cbor, TIMEOUT);
  it('in the control plane', control, TIMEOUT);

  it('and none stays in memory', { timeout: TIMEOUT }, async () => {
    setFlagsFromString('--expose_gc');
    const gc: () => void = runInNewContext('gc');
    const used = async () => {
      aws.reset();
      await new Promise((resolve) => setTimeout(resolve, 20)); // sockets that were closed are let go
      gc();
      gc();
      return process.memoryUsage().heapUsed;
    };
    const round = async () => {
      for (let count = 0; count < 100; count += 1) {
        const body = JSON.stringify({
          QueueName: `queue-${count}`,
          Name: `/a/${count}`,
          Value: 'x'.repeat(1000),
          Type: 'String',
        });
        await send('POST', '/', { ...signed('sqs'), 'x-amz-target': 'AmazonSQS.CreateQueue' }, body);
        await send('POST', '/', { ...signed('ssm'), 'x-amz-target': 'AmazonSSM.PutParameter' }, body);
        await send('PUT', `/bucket-${count}`, signed('s3'), '');
        await send('PUT', `/bucket-${count}/a`, signed('s3'), 'x'.repeat(10_000));
        await send('POST', '/', { ...signed('none'), 'x-amz-target': `None.${count}` }, body);
      }
    };
    await round();
    await round();
    const before = await used();
    await round();
    await round();
    await round();
    // Three rounds hold 3 MB of objects alone while they are there.
    expect((await used()) - before).toBeLessThan(2_000_000);
  });
});

describe('on the socket', { timeout: 60_000 }, () => {
  const head = (more: string) =>
    `POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AmazonSSM.GetParameter\r\nAuthorization: ${signed('ssm').authorization}\r\n${more}\r\n`;

  it.each([
    ['headers without end', `${head('').slice(0, -2)}${'X-Long: a\r\n'.repeat(5000)}\r\n`, /^HTTP\/1\.1 431/],
    ['two lengths', `${head('Content-Length: 2\r\nContent-Length: 3\r\n')}{}`, /^HTTP\/1\.1 400/],
    ['length and chunks', `${head('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n')}{}`, /^HTTP\/1\.1 400/],
    ['a length that is none', `${head('Content-Length: x\r\n')}{}`, /^HTTP\/1\.1 400/],
    ['more than its length', `${head('Content-Length: 2\r\n')}{}garbage\r\n\r\n`, /^HTTP\/1\.1 400/],
    ['a chunk that is none', `${head('Transfer-Encoding: chunked\r\n')}zz\r\n`, /^HTTP\/1\.1 400/],
    ['control characters', 'GET /\u0001 HTTP/1.1\r\nHost: localhost\r\n\r\n', /^HTTP\/1\.1 400/],
    [
      'a host that is none',
      `${head('Content-Length: 2\r\n').replace('Host: localhost', 'Host: a b{}')}{}`,
      /^HTTP\/1\.1 400/,
    ],
    ['less than its length, then nothing', `${head('Content-Length: 100\r\n')}{`, /^(HTTP\/1\.1 400[\s\S]*)?$/],
    ['half a head, then nothing', 'POST / HTTP/1.1\r\nHost', /^(HTTP\/1\.1 400[\s\S]*)?$/],
    ['nothing', '', /^$/],
  ])('%s gets an answer or an end, and never hangs', async (_what, bytes, answer) => {
    expect(await sendRaw(bytes)).toMatch(answer);
    await alive();
  });

  it('answers requests that are sent ahead, in their order', async () => {
    const one = (name: string) => {
      const body = JSON.stringify({ Name: name });
      return `${head(`Content-Length: ${body.length}\r\n`)}${body}`;
    };
    const last = one('/p19').replace('Host: localhost', 'Host: localhost\r\nConnection: close');
    await send(
      'POST',
      '/',
      { ...signed('ssm'), 'x-amz-target': 'AmazonSSM.PutParameter' },
      '{"Name":"/p7","Value":"seven","Type":"String"}',
    );
    const text = await sendRaw([...Array.from({ length: 19 }, (_, index) => one(`/p${index}`)), last].join(''), false);
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect(statuses).toEqual(Array.from({ length: 20 }, (_, index) => (index === 7 ? '200' : '400')));
  });

  it.each([
    ['ssm', 'AmazonSSM.GetParameter', `{"Name":${'['.repeat(100_000)}`],
    ['ssm', 'AmazonSSM.GetParameter', `{"Name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    [
      'dynamodb',
      'DynamoDB_20120810.PutItem',
      `{"TableName":"t","Item":{"a":${'{"L":['.repeat(50_000)}${']}'.repeat(50_000)}}}`,
    ],
    [
      'sqs',
      'AmazonSQS.SendMessage',
      `{"QueueUrl":"http://x/1/q","MessageBody":"a","MessageAttributes":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
    ],
  ])('%s refuses what nests without end', async (service, target, body) => {
    const answer = await send('POST', '/', { ...signed(service), 'x-amz-target': target }, body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(JSON.parse(answer.text).__type).toEqual(expect.any(String));
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])(
    '"%s" is not an operation of any service',
    async (name) => {
      for (const prefix of ['AmazonSQS', 'AmazonSSM', 'DynamoDB_20120810', 'Logs_20140328']) {
        expect((await send('POST', '/', { ...signed('sqs'), 'x-amz-target': `${prefix}.${name}` }, '{}')).status).toBe(
          501,
        );
      }
      const form = { ...signed('sns'), 'content-type': 'application/x-www-form-urlencoded' };
      expect((await send('POST', '/', form, `Action=${name}&__proto__.x=1&constructor.prototype.y=1`)).status).toBe(
        501,
      );
      expect(({} as Record<string, unknown>).x ?? ({} as Record<string, unknown>).y).toBeUndefined();
    },
  );

  it('refuses bytes that are not UTF-8', async () => {
    const body = Buffer.concat([Buffer.from('{"Name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    const answer = await send('POST', '/', { ...signed('ssm'), 'x-amz-target': 'AmazonSSM.GetParameter' }, body);
    expect([answer.status, JSON.parse(answer.text).__type]).toEqual([400, 'SerializationException']);
  });
});

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Received } from './fuzz-fronts.fixture.ts';
import { aws, prepareFronts, send, signed } from './fuzz-fronts.fixture.ts';
import { encodeCbor } from './protocols/cbor.ts';

prepareFronts();

/** `npm run verify` throws 100,000 requests, with those of the fuzz test of JSON and forms. */
const RUNS = process.env.TWELVEFOLD_VERIFY === '1' ? 17_000 : 300;

const TIMEOUT = 600_000;

/** A fault in this package answers 500; an operation that is not here answers 501. */
function check(what: string, { status, text }: Received): void {
  if ((status >= 200 && status < 500) || status === 501) return;
  throw new Error(`${what}: ${status} ${text}`);
}

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

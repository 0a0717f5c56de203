import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallOptions } from '../port.ts';
import { dynamodb } from '../services/dynamodb.ts';
import { SERVICES } from '../services.fixture.ts';
import type { AwsSettings } from '../settings.ts';
import type { Transport } from '../transport.ts';
import type { LeanRuntime } from './lean-client.ts';
import { createLeanTransport } from './lean-transport.ts';
import type { ScriptedServer, Step } from './scripted-server.fixture.ts';
import { bytesThenEnd, bytesThenReset, respond, silence, startScriptedServer } from './scripted-server.fixture.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
let server: ScriptedServer;
const transports: Transport[] = [];
let slept: number[] = [];
let lines: Array<[string, Record<string, unknown>]> = [];
let nowMs: number;

beforeEach(async () => {
  server = await startScriptedServer();
  slept = [];
  lines = [];
  nowMs = Date.UTC(2026, 10, 22, 12);
});
afterEach(async () => {
  for (const transport of transports.splice(0)) transport.close();
  await server[Symbol.asyncDispose]();
});

/** A transport whose clock moves by sleeps and the test only; its jitter is the longest. */
function open(settings: AwsSettings = {}, runtime: Partial<LeanRuntime> = {}): Transport {
  const transport = createLeanTransport(
    { region: 'eu-west-1', endpoint: server.url, credentials, ...settings },
    {},
    { debug: (message, fields) => lines.push([message, fields]) },
    {
      now: () => nowMs,
      random: () => 0.999,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        slept.push(ms);
        nowMs += ms;
      },
      maxResponseBytes: 10_000,
      idleMs: 15_000,
      ...runtime,
    },
  );
  transports.push(transport);
  return transport;
}

const read: CallOptions = { access: 'read' };
const write: CallOptions = { access: 'write' };
const getItem = (transport: Transport, options: CallOptions = read) =>
  transport.send({
    service: dynamodb,
    operation: 'GetItem',
    input: { TableName: 't', Key: { id: 'a' } },
    component: 'c',
    ...options,
  });
const outcome = (call: Promise<unknown>) => call.catch((thrown: unknown) => thrown);
const throttled = respond(400, '{"__type":"ThrottlingException","message":"slow"}');

/** Ways to lose a response, with the result of a read (three attempts) and of a write (one). */
const FAULTS: Array<[string, Step, object]> = [
  ['a reset before the answer', bytesThenReset(''), { awsCode: 'NetworkError', retryable: true }],
  ['a reset in the head', bytesThenReset('HTTP/1.1 200 OK\r\ncontent-'), { awsCode: 'NetworkError', retryable: true }],
  [
    'a reset in the body',
    bytesThenReset('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{"a'),
    { awsCode: 'NetworkError', retryable: true },
  ],
  ['an end before the answer', bytesThenEnd(''), { awsCode: 'NetworkError', retryable: true }],
  [
    'an end in the body',
    bytesThenEnd('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{"a'),
    { awsCode: 'NetworkError', retryable: true },
  ],
  [
    'an end in a chunk',
    bytesThenEnd('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"a'),
    { awsCode: 'NetworkError', retryable: true },
  ],
  ['JSON that is cut off', respond(200, '{"Item":{"a":'), { awsCode: 'InvalidResponse', retryable: true }],
  ['garbage instead of HTTP', bytesThenEnd('\x00\x01\x02garbage'), { awsCode: 'InvalidResponse', retryable: true }],
  ['500', respond(500, '{"__type":"InternalServerError"}'), { awsCode: 'InternalServerError', httpStatus: 500 }],
  ['500 in HTML', respond(500, '<html>'), { awsCode: 'Http500', retryable: true }],
  ['502', respond(502, ''), { awsCode: 'Http502', retryable: true }],
  ['503', respond(503, '{"__type":"ServiceUnavailable"}'), { awsCode: 'ServiceUnavailable', retryable: true }],
  ['504', respond(504, ''), { awsCode: 'Http504', retryable: true }],
];

describe('an attempt that fails', () => {
  it.each(FAULTS)(
    'is made three times by a read, and once by a write that may have happened: %s',
    async (_name, step, expected) => {
      server.script(step);
      expect(await outcome(getItem(open()))).toMatchObject({ name: 'AwsError', ...expected });
      expect(server.requests).toHaveLength(3);
      expect(slept).toEqual([49, 99]);
      expect(lines.map(([, { attempt, delayMs }]) => [attempt, delayMs])).toEqual([
        [1, 49],
        [2, 99],
      ]);
      expect(await outcome(getItem(open(), write))).toMatchObject({ name: 'AwsError', ...expected });
      expect(server.requests).toHaveLength(4);
      expect(await outcome(getItem(open(), { access: 'write', repeatable: true }))).toMatchObject(expected);
      expect(server.requests).toHaveLength(7);
    },
  );

  it.each(FAULTS)('is forgotten when the next one succeeds: %s', async (_name, step) => {
    server.script(step, respond(200, '{"Item":{"n":{"N":"1"}}}'));
    expect(await getItem(open())).toEqual({ Item: { n: 1 } });
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    ['dynamodb', 'ProvisionedThroughputExceededException', 400],
    ['dynamodb', 'RequestLimitExceeded', 400],
    ['ssm', 'ThrottlingException', 400],
    ['secretsmanager', 'ThrottlingException', 400],
    ['sqs', 'RequestThrottled', 403],
    ['sns', 'Throttled', 429],
  ] as const)(
    'is made again by every write that %s throttles with %s: it had no effect',
    async (service, code, status) => {
      const inputs = {
        dynamodb: ['PutItem', { TableName: 't', Item: {} }],
        ssm: ['PutParameter', { Name: 'a', Value: 'b' }],
        secretsmanager: ['PutSecretValue', { SecretId: 'a', SecretString: 'b' }],
        sqs: ['ReceiveMessage', { QueueUrl: 'q' }],
        sns: ['Publish', { TopicArn: 't', Message: 'm' }],
      } as const;
      const body = service === 'sns' ? `<E><Error><Code>${code}</Code></Error></E>` : `{"__type":"${code}"}`;
      server.script(respond(status, body));
      const [operation, input] = inputs[service];
      const call = open().send({ service: SERVICES[service], operation, input, component: undefined, ...write });
      expect(await outcome(call)).toMatchObject({ retryable: true, httpStatus: status });
      expect(server.requests).toHaveLength(3);
      expect(slept).toEqual([999, 1_998]);
      const numbers = server.requests.map(({ text }) => /amz-sdk-request: (.+)\r/.exec(text)?.[1]);
      expect(numbers).toEqual(['attempt=1; max=3', 'attempt=2; max=3', 'attempt=3; max=3']);
      const ids = server.requests.map(({ text }) => /amz-sdk-invocation-id: (.+)\r/.exec(text)?.[1]);
      expect(new Set(ids).size).toBe(1);
    },
  );

  it.each([
    ['retry-after in seconds', { 'retry-after': '2' }, 2_000],
    ['retry-after as a date', { 'retry-after': 'Sun, 22 Nov 2026 12:00:03 GMT' }, 3_000],
    ['x-amz-retry-after in milliseconds', { 'x-amz-retry-after': '1500' }, 1_500],
    ['no more than five seconds over the back-off', { 'retry-after': '3600' }, 5_049],
    ['nothing that is not a number', { 'retry-after': 'soon' }, 49],
  ])('waits as the server asks: %s', async (_name, headers, delay) => {
    server.script(respond(503, '', headers as Record<string, string>), respond(200));
    await getItem(open());
    expect(slept).toEqual([delay]);
  });

  it('is final when trying again would not help', async () => {
    server.script(respond(400, '{"__type":"ValidationException","message":"no"}'));
    expect(await outcome(getItem(open()))).toMatchObject({ awsCode: 'ValidationException', retryable: false });
    server.script(respond(301, '', { location: 'https://elsewhere/' }));
    expect(await outcome(getItem(open()))).toMatchObject({
      awsCode: 'Http301',
      message: expect.stringContaining('https://elsewhere/'),
    });
    server.script(respond(200, `"${'x'.repeat(10_000)}"`));
    expect(await outcome(getItem(open()))).toMatchObject({ awsCode: 'ResponseTooLarge', retryable: false });
    expect(server.requests).toHaveLength(3);
  });

  it('is not repeated when the quota of retries is used up, which successes fill again', async () => {
    server.script(throttled);
    const transport = open({ maxAttempts: 200 });
    await outcome(getItem(transport));
    const first = server.requests.length;
    expect(first).toBeLessThanOrEqual(101); // 500 tokens at 5 each
    await outcome(getItem(transport));
    expect(server.requests.length).toBeLessThanOrEqual(103);
  });

  it('is not repeated past the total time of the call', async () => {
    server.script(throttled);
    await outcome(getItem(open({ maxAttempts: 10, totalTimeoutMs: 5_000 })));
    expect(slept).toEqual([999, 1_998]); // the next would end after 7 s
  });

  it('says nothing of payloads and secrets when it logs', async () => {
    server.script(throttled, respond(200));
    await getItem(open());
    expect(lines).toEqual([
      [
        'Call to AWS failed and is tried again',
        {
          service: 'dynamodb',
          operation: 'GetItem',
          attempt: 1,
          awsCode: 'ThrottlingException',
          httpStatus: 400,
          requestId: undefined,
          delayMs: 999,
        },
      ],
    ]);
  });
});

describe('time', () => {
  it('runs out for a server that never answers, and for one that never ends', async () => {
    const settings = { requestTimeoutMs: 400, totalTimeoutMs: 900, maxAttempts: 2 };
    server.script(silence);
    expect(await outcome(getItem(open(settings)))).toMatchObject({
      awsCode: 'NetworkError',
      message: expect.stringMatching(/^Cannot call dynamodb GetItem: no answer in time from http:/),
    });
    expect(server.requests).toHaveLength(2);
    const timers: NodeJS.Timeout[] = [];
    server.script((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
      timers.push(setInterval(() => socket.write('x'), 10));
    });
    expect(await outcome(getItem(open({ ...settings, maxAttempts: 1 })))).toMatchObject({ awsCode: 'NetworkError' });
    for (const timer of timers) clearInterval(timer);
  });

  it('does not run out for an answer that waits in the socket while the process stands still', async () => {
    const until = (ms: number) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    };
    server.script((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
      // The timer is due long before the loop comes to look at the socket.
      setImmediate(() => until(1_000));
    });
    await getItem(open({ requestTimeoutMs: 500, maxAttempts: 1 }));
  });

  it('is corrected when this clock is wrong, once for all calls that follow', async () => {
    const real = nowMs + 3_600_000;
    const refusal = (code: string) =>
      respond(403, `{"__type":"${code}","message":"Signature not yet current"}`, {
        date: new Date(real).toUTCString(),
      });
    server.script(refusal('InvalidSignatureException'), respond(200));
    const transport = open();
    await getItem(transport, write);
    await getItem(transport, write);
    expect(slept).toEqual([]);
    const dates = server.requests.map(({ text }) => /x-amz-date: (\S+)/.exec(text)?.[1]);
    expect(dates).toEqual(['20261122T120000Z', '20261122T130000Z', '20261122T130000Z']);
    server.script(refusal('RequestTimeTooSkewed'));
    expect(await outcome(getItem(transport))).toMatchObject({ awsCode: 'RequestTimeTooSkewed' });
    expect(server.requests).toHaveLength(4); // the clock is right by now: something else is wrong
  });
});

describe('credentials', () => {
  it('are fetched again when AWS calls them expired', async () => {
    let fetched = 0;
    const provider = async () => {
      fetched += 1;
      return { ...credentials, accessKeyId: `AKID${fetched}`, sessionToken: `token-${fetched}` };
    };
    server.script(respond(400, '{"__type":"ExpiredTokenException"}'), respond(200));
    await getItem(open({ credentials: provider }), write);
    expect(server.requests.map(({ text }) => /Credential=(\w+)/.exec(text)?.[1])).toEqual(['AKID1', 'AKID2']);
    server.script(respond(400, '{"__type":"ExpiredTokenException"}'));
    expect(await outcome(getItem(open()))).toMatchObject({ awsCode: 'ExpiredTokenException', retryable: false });
  });

  it('with a line break are refused before they become a header', async () => {
    const broken = () => open({ credentials: { ...credentials, sessionToken: 'a\r\nx-evil: 1' } });
    expect(broken).toThrow('Cannot sign calls to AWS');
    const provider = async () => ({ ...credentials, secretAccessKey: 'secret\n' });
    expect(await outcome(getItem(open({ credentials: provider })))).toMatchObject({
      awsCode: 'CredentialsProviderError',
    });
    expect(server.requests).toEqual([]);
  });
});

describe('a connection', () => {
  it('is kept and used again', async () => {
    server.script(respond(200));
    const transport = open();
    for (let index = 0; index < 5; index += 1) await getItem(transport);
    expect(server.connections()).toBe(1);
  });

  it('that broke when idle is replaced at once, for free, when the call may be repeated', async () => {
    server.script(respond(200), bytesThenReset(''), respond(200));
    const transport = open({ maxAttempts: 1 });
    await getItem(transport);
    await getItem(transport);
    expect([server.requests.length, server.connections()]).toEqual([3, 2]);
    expect(slept).toEqual([]);
    server.script(bytesThenReset(''));
    expect(await outcome(getItem(transport, write))).toMatchObject({ awsCode: 'NetworkError' });
    expect(server.requests).toHaveLength(4);
  });

  it('that the server ended while it lay idle is noticed before a write goes out on it', async () => {
    server.script(respond(200));
    const transport = open();
    await getItem(transport, write);
    server.endAll();
    nowMs += 1_000;
    await getItem(transport, write);
    expect([server.requests.length, server.connections()]).toEqual([2, 2]);
  });

  it('is not used after it lay idle for long by the wall clock, as after a freeze, nor after resume()', async () => {
    server.script(respond(200));
    const transport = open();
    await getItem(transport);
    nowMs += 14_000;
    await getItem(transport);
    expect(server.connections()).toBe(1);
    nowMs += 15_000;
    await getItem(transport);
    expect(server.connections()).toBe(2);
    transport.resume();
    await getItem(transport);
    expect(server.connections()).toBe(3);
  });

  it('is not used for longer than the server announces', async () => {
    server.script(respond(200, '{}', { 'keep-alive': 'timeout=5' }));
    const transport = open();
    await getItem(transport);
    nowMs += 3_900;
    await getItem(transport);
    expect(server.connections()).toBe(1);
    nowMs += 4_000;
    await getItem(transport);
    expect(server.connections()).toBe(2);
  });

  it('closes with the response that says so, or that has bytes after its end', async () => {
    server.script(respond(200, '{}', { connection: 'close' }), bytesLeft, respond(200));
    const transport = open();
    for (let index = 0; index < 3; index += 1) await getItem(transport);
    expect(server.connections()).toBe(3);
  });

  it('is one of a bounded number; calls beyond it wait their turn, and leave the queue when they are aborted', async () => {
    const held: Array<() => void> = [];
    server.script((socket, text) => void held.push(() => respond(200)(socket, text)));
    const transport = open({ maxSockets: 2 });
    const calls = [1, 2, 3, 4].map(() => getItem(transport));
    const controller = new AbortController();
    const aborted = getItem(transport, { access: 'read', signal: controller.signal });
    controller.abort(new Error('drain'));
    await expect(aborted).rejects.toThrow('drain');
    for (let done = 0; done < 4; ) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const release of held.splice(0)) {
        release();
        done += 1;
      }
    }
    expect(await Promise.all(calls)).toHaveLength(4);
    expect([server.connections(), server.requests.length]).toEqual([2, 4]);
  });

  it('does not outlive an aborted call, and the next call has a new one', async () => {
    server.script(silence, respond(200));
    const transport = open();
    const controller = new AbortController();
    const call = outcome(getItem(transport, { access: 'read', signal: controller.signal }));
    const reason = new Error('enough');
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort(reason);
    expect(await call).toBe(reason);
    await getItem(transport);
    expect(server.connections()).toBe(2);
  });

  it('is never made again once the transport is closed', async () => {
    server.script(respond(200));
    const transport = open({ maxAttempts: 1 });
    await getItem(transport);
    transport.close();
    expect(await outcome(getItem(transport))).toMatchObject({ awsCode: 'EndpointUnreachable' });
    expect(server.requests).toHaveLength(1);
  });
});

const bytesLeft: Step = (socket) =>
  void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n');

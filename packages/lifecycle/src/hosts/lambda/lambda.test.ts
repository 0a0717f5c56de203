import { createTestClock } from '@twelvefold/core/testing';
import { describe, expect, it } from 'vitest';
import { detectHost } from '../detect.ts';
import { batchResult, lambdaHandler, readHttpEvent, recordsFromSqs } from './index.ts';
import type { HttpEventV2 } from './internal.ts';
import { isSqsEvent } from './internal.ts';

const context = (remainingMs: number) => ({
  awsRequestId: 'r-1',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
  functionName: 'f',
  functionVersion: '1',
  memoryLimitInMB: '128',
  getRemainingTimeInMillis: () => remainingMs,
});

describe('lambda', () => {
  it("gives the work Lambda's deadline less a reserve, aborts at it, and leaves no timer", async () => {
    const clock = createTestClock();
    const aborted: unknown[] = [];
    const handler = lambdaHandler(
      async (_: unknown, { signal, deadline }) => {
        expect(deadline.remainingMs()).toBe(2_700);
        await clock.sleep(60_000, signal).catch((error: unknown) => aborted.push(error));
        return 'partial';
      },
      { clock },
    );
    const running = handler({}, context(3_000));
    await clock.advance(2_700);
    expect(await running).toBe('partial');
    expect(aborted).toMatchObject([{ name: 'TimeoutError' }]);
    expect(clock.sleepers).toBe(0);
  });

  it('flushes after every invocation, failed or not, and knows the first', async () => {
    const seen: unknown[] = [];
    const handler = lambdaHandler(
      async (event: string, { coldStart }) => {
        seen.push(coldStart);
        if (event === 'bad') throw new Error('bad');
      },
      { flush: async () => void seen.push('flush') },
    );
    await handler('ok', context(3_000));
    await expect(handler('bad', context(3_000))).rejects.toThrow('bad');
    expect(seen).toEqual([true, 'flush', false, 'flush']);
  });
});

describe('a freeze', () => {
  it.each([
    ['both clocks moved on', { now: 60_000, monotonic: 60_000 }, [60_000]],
    ['the monotonic clock stood still', { now: 60_000, monotonic: 3 }, [60_000]],
    ['the wall clock was set back', { now: -60_000, monotonic: 5_000 }, [5_000]],
    ['the next invocation came at once', { now: 999, monotonic: 999 }, []],
  ])('is called with the time without an invocation: %s', async (_what, passed, expected) => {
    const time = { now: 1_000_000, monotonic: 1_000 };
    const clock = { ...createTestClock(), now: () => time.now, monotonic: () => time.monotonic };
    const resumed: number[] = [];
    const handler = lambdaHandler(async () => 'done', { clock, onResume: (idleMs) => void resumed.push(idleMs) });
    await handler({}, context(3_000));
    expect(resumed).toEqual([]);
    time.now += passed.now;
    time.monotonic += passed.monotonic;
    await handler({}, context(3_000));
    expect(resumed).toEqual(expected);
  });

  it('fails the invocation when resuming fails, after the flush', async () => {
    const clock = createTestClock();
    const seen: string[] = [];
    const onResume = () => Promise.reject(new Error('no config'));
    const handler = lambdaHandler(async () => void seen.push('work'), {
      clock,
      onResume,
      flush: async () => void seen.push('flush'),
    });
    await handler({}, context(3_000));
    await clock.advance(5_000);
    await expect(handler({}, context(3_000))).rejects.toThrow('no config');
    expect(seen).toEqual(['work', 'flush', 'flush']);
  });
});

describe('what an invocation leaves running', () => {
  it('is called once per kind, and not for work that ran before or beside it', async () => {
    let active = ['PipeWrap', 'TCPSocketWrap'];
    const reported: unknown[] = [];
    const release = Promise.withResolvers<void>();
    const work = async (event: string) => {
      if (event === 'leaky') active = [...active, 'Timeout', 'Immediate'];
      if (event === 'slow') await release.promise;
    };
    const onLeftRunning = (left: unknown) => void reported.push(left);
    const handler = lambdaHandler(work, { activeResources: () => active, onLeftRunning });
    await handler('clean', context(3_000));
    expect(reported).toEqual([]);
    const slow = handler('slow', context(3_000));
    await handler('leaky', context(3_000));
    release.resolve();
    await slow;
    expect(reported).toEqual([]);
    await handler('leaky', context(3_000));
    await handler('leaky', context(3_000));
    expect(reported).toEqual([{ Timeout: 1 }]);
  });

  it('is seen by the real process', async () => {
    const reported: unknown[] = [];
    let timer: NodeJS.Timeout | undefined;
    const work = async () => {
      timer = setTimeout(() => undefined, 60_000);
    };
    const activeResources = () => process.getActiveResourcesInfo();
    await lambdaHandler(work, { activeResources, onLeftRunning: (left) => void reported.push(left) })(
      {},
      context(3_000),
    );
    clearTimeout(timer);
    expect(reported).toEqual([{ Timeout: 1 }]);
  });
});

describe('API Gateway v2', () => {
  const event: HttpEventV2 = {
    version: '2.0',
    rawPath: '/orders/a%20b',
    rawQueryString: 'x=1&x=2',
    headers: { 'content-type': 'application/json', host: 'api.example', 'x-forwarded-proto': 'https' },
    cookies: ['sid=abc', 'theme=dark'],
    body: Buffer.from('{"a":1}').toString('base64'),
    isBase64Encoded: true,
    requestContext: { domainName: 'api.example', requestId: 'id', http: { method: 'POST' } },
  };

  const exchangeOf = (given: object) => {
    const exchange = readHttpEvent(given);
    if (!exchange) throw new Error('not taken for an HTTP event');
    return exchange;
  };
  const requestOf = (given: object) => exchangeOf(given).request as Request;

  it('becomes a request with cookies and a decoded body', async () => {
    const request = requestOf(event);
    expect(request.url).toBe('https://api.example/orders/a%20b?x=1&x=2');
    expect(request.headers.get('cookie')).toBe('sid=abc; theme=dark');
    expect(await request.json()).toEqual({ a: 1 });
  });

  it.each([
    ['/a?b#c/d', '/a%3Fb%23c/d'],
    ['/a b/ü/100%/%2F', '/a%20b/%C3%BC/100%25/%2F'],
    ['//other.example/x', '//other.example/x'],
  ])('keeps the path %s whole, which an HTTP API hands over decoded', (rawPath, pathname) => {
    const request = requestOf({ ...event, rawPath });
    expect(new URL(request.url).pathname).toBe(pathname);
    expect(new URL(request.url).host).toBe('api.example');
    expect(new URL(request.url).search).toBe('?x=1&x=2');
  });

  it('carries text beyond Latin-1 in headers and cookies as its UTF-8 bytes', () => {
    const request = requestOf({ ...event, headers: { 'x-name': '😀' }, cookies: ['a=ł'] });
    expect(Buffer.from(request.headers.get('x-name') ?? '', 'latin1').toString()).toBe('😀');
    expect(Buffer.from(request.headers.get('cookie') ?? '', 'latin1').toString()).toBe('a=ł');
  });

  it.each([
    ['a line break in a header', { headers: { 'x-a': 'a\nb' } }],
    ['a header name that is none', { headers: { 'x a': 'b' } }],
    ['a path without its slash', { rawPath: 'me' }],
    ['half a character in the path', { rawPath: '/\ud800' }],
    ['a host that is a path', { requestContext: { domainName: 'x/y?', http: { method: 'GET' } } }],
  ])('answers 400 to %s', (_what, wrong) => {
    expect(exchangeOf({ ...event, ...wrong }).request).toMatchObject({ status: 400 });
  });

  it('is answered with 413 above the limit that every host shares', () => {
    const body = Buffer.alloc(1_048_577).toString('base64');
    expect(exchangeOf({ ...event, body }).request).toMatchObject({ status: 413 });
  });

  it('answers text as text, bytes as base64 and every cookie apart', async () => {
    const headers = new Headers({ 'content-type': 'application/problem+json' });
    headers.append('set-cookie', 'a=1');
    headers.append('set-cookie', 'b=2');
    expect(await exchangeOf(event).result(new Response('{"ä":1}', { status: 400, headers }))).toEqual({
      statusCode: 400,
      headers: { 'content-type': 'application/problem+json' },
      cookies: ['a=1', 'b=2'],
      body: '{"ä":1}',
      isBase64Encoded: false,
    });
    const image = await exchangeOf(event).result(
      new Response(new Uint8Array([255, 0]), { headers: { 'content-type': 'image/png' } }),
    );
    expect(image).toMatchObject({ body: '/wA=', isBase64Encoded: true });
    expect(await exchangeOf(event).result(new Response(null, { status: 204 }))).toEqual({
      statusCode: 204,
      headers: {},
      isBase64Encoded: false,
    });
  });
});

describe('SQS', () => {
  const record = {
    messageId: 'm1',
    receiptHandle: 'h1',
    body: '{}',
    attributes: { ApproximateReceiveCount: '2' },
    messageAttributes: { correlationId: { dataType: 'String', stringValue: 'c-1' }, raw: { dataType: 'Binary' } },
    eventSource: 'aws:sqs' as const,
    eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:q',
    awsRegion: 'eu-west-1',
  };

  it('is distinguished from other events and flattened', () => {
    expect(isSqsEvent({ Records: [record] })).toBe(true);
    expect(isSqsEvent({ Records: [{ ...record, eventSource: 'aws:sns' }] })).toBe(false);
    expect(isSqsEvent({ Records: [] })).toBe(false);
    expect(isSqsEvent(null)).toBe(false);
    expect(recordsFromSqs({ Records: [record] })[0]).toMatchObject({
      messageId: 'm1',
      messageAttributes: { correlationId: 'c-1' },
    });
  });

  it('hands the MD5 on, for the consumer to tell a damaged body', () => {
    expect(recordsFromSqs({ Records: [{ ...record, md5OfBody: 'abc' }] })[0]?.md5OfBody).toBe('abc');
  });

  it('reads a record that lacks what every record has, so that the others of its batch are handled', () => {
    const { body: _body, ...rest } = record;
    const event: unknown = { Records: [{ ...rest, attributes: null, messageAttributes: { correlationId: null } }] };
    if (!isSqsEvent(event)) throw new Error('not taken for an SQS event');
    expect(recordsFromSqs(event)[0]).toMatchObject({ body: '', attributes: {}, messageAttributes: {} });
    const listed: unknown = { Records: [{ ...record, body: [true] }] };
    expect(isSqsEvent(listed) && recordsFromSqs(listed)[0]).toMatchObject({ body: '' });
  });

  it('always answers with an explicit list', () => {
    expect(batchResult([])).toEqual({ batchItemFailures: [] });
    expect(batchResult(['m1'])).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
  });
});

describe('detectHost', () => {
  it.each([
    [{}, 'local'],
    [{ ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/x' }, 'ecs'],
    [{ AWS_LAMBDA_FUNCTION_NAME: 'f', AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' }, 'lambda'],
    [{ AWS_LAMBDA_RUNTIME_API: 'x', AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances' }, 'lambda-managed'],
  ] as const)('%j is %s', (env, host) => expect(detectHost(env)).toBe(host));
});

import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from './start.ts';
import { startLocalAws } from './start.ts';

let aws: LocalAws;
beforeEach(async () => {
  aws = await startLocalAws();
});
afterEach(() => aws.close());

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const client = (options: { accessKeyId?: string; maxAttempts?: number; component?: string } = {}) =>
  new STSClient({
    endpoint: aws.url,
    region: 'eu-west-1',
    credentials: { ...credentials, accessKeyId: options.accessKeyId ?? 'local' },
    maxAttempts: options.maxAttempts ?? 1,
    customUserAgent: options.component === undefined ? [] : [['md/component', options.component]],
  });

const authorization = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=local/20261101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;

function send(options: { method?: string; path?: string; headers?: Record<string, string>; body?: string | Buffer }) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const { method = 'POST', path = '/', headers = {}, body = '' } = options;
    const request = httpRequest(`${aws.url}${path}`, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('an SDK client', () => {
  it('learns the account', async () => {
    expect(await client().send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:root',
      $metadata: { httpStatusCode: 200 },
    });
  });

  it('is in the account that its access key id names', async () => {
    const { Account } = await client({ accessKeyId: '999999999999' }).send(new GetCallerIdentityCommand({}));
    expect(Account).toBe('999999999999');
  });

  it('gets a 501 naming what is not there', async () => {
    const answer = await send({
      headers: { authorization: authorization('kms'), 'x-amz-target': 'AWSStepFunctions.Encrypt' },
      body: '{}',
    });
    expect(answer.status).toBe(501);
    expect(JSON.parse(answer.text).message).toContain('AWSStepFunctions (Encrypt)');
  });
});

describe('the call log', () => {
  it('names operation, component and status', async () => {
    await client({ component: 'order-consumer' }).send(new GetCallerIdentityCommand({}));
    expect(aws.calls()).toMatchObject([
      {
        service: 'sts',
        operation: 'GetCallerIdentity',
        component: 'order-consumer',
        accessKeyId: 'local',
        status: 200,
        error: undefined,
        touched: [{ action: 'sts:GetCallerIdentity', resource: '*' }],
      },
    ]);
    aws.clearCalls();
    expect(aws.calls()).toEqual([]);
  });
});

describe('a request that is not right', () => {
  it('needs authentication, in both protocols', async () => {
    const json = await send({ headers: { 'x-amz-target': 'AmazonSQS.ListQueues' }, body: '{}' });
    expect([json.status, JSON.parse(json.text).__type]).toEqual([
      400,
      expect.stringMatching(/MissingAuthenticationTokenException$/),
    ]);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const query = await send({ headers: form, body: 'Action=GetCallerIdentity' });
    expect(query.status).toBe(403);
    expect(query.text).toContain('<Code>MissingAuthenticationToken</Code>');
    const malformed = await send({ headers: { ...form, authorization: 'Bearer x' }, body: 'Action=GetCallerIdentity' });
    expect(malformed.text).toContain('<Code>IncompleteSignature</Code>');
  });

  it('is refused by name when the operation or the protocol is unknown', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: authorization('sts') };
    const unknown = await send({ headers: form, body: 'Action=DecodeAuthorizationMessage' });
    expect(unknown.status).toBe(501);
    expect(unknown.text).toContain('sts DecodeAuthorizationMessage');
    const inherited = await send({ headers: form, body: 'Action=constructor' });
    expect(inherited.status).toBe(501);
    const rest = await send({
      method: 'PUT',
      path: '/bucket/key',
      headers: { authorization: authorization('apigateway') },
    });
    expect(rest.status).toBe(501);
    expect(rest.text).toContain('apigateway (PUT /bucket/key)');
  });

  it('may nest parameters as deep as it likes and gets an error', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: authorization('sts') };
    const answer = await send({ headers: form, body: `Action=GetCallerIdentity&${'a.'.repeat(100_000)}=1` });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('<Code>MalformedInput</Code>');
  });

  it('may be too large and gets an answer, on a connection that stays usable', async () => {
    const answer = await send({
      headers: { authorization: authorization('sts') },
      body: Buffer.alloc(17 * 1024 * 1024),
    });
    expect([answer.status, JSON.parse(answer.text).__type]).toEqual([413, 'RequestEntityTooLargeException']);
    expect((await client().send(new GetCallerIdentityCommand({}))).Account).toBe('123456789012');
  });

  it('may hang up half way', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(aws.port, '127.0.0.1', () => {
        socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf', () => socket.destroy());
      });
      socket.on('close', () => resolve());
    });
    expect((await client().send(new GetCallerIdentityCommand({}))).Account).toBe('123456789012');
  });

  it('may not be HTTP at all', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(aws.port, '127.0.0.1', () => socket.write('\u0000\u0001garbage\r\n\r\n'));
      socket.on('data', (data) => resolve(data.toString()));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
  });
});

describe('a fault', () => {
  it('throttles as often as told, and the SDK retries through it', async () => {
    aws.faults.add({ kind: 'throttle', service: 'sts', times: 1 });
    const { $metadata } = await client({ maxAttempts: 2 }).send(new GetCallerIdentityCommand({}));
    expect($metadata.attempts).toBe(2);
    expect(aws.calls().map(({ error }) => error)).toEqual(['ThrottlingException', undefined]);
  });

  it('answers 500', async () => {
    aws.faults.add({ kind: 'error500', times: 1 });
    await expect(client().send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'InternalFailure',
      $metadata: { httpStatusCode: 500 },
    });
  });

  it('breaks the connection before or after the effect', async () => {
    aws.faults.add({ kind: 'reset', times: 1 });
    await expect(client().send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ code: 'ECONNRESET' });
    aws.faults.add({ kind: 'dropResponse', times: 1 });
    await expect(client().send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(aws.calls().map(({ error, status }) => [error, status])).toEqual([
      ['ConnectionReset', 0],
      [undefined, 200],
    ]);
  });

  it('delays on the clock', async () => {
    aws.faults.add({ kind: 'delay', delayMs: 3_600_000, operation: 'GetCallerIdentity', component: 'slow', times: 1 });
    const slow = client({ component: 'slow' }).send(new GetCallerIdentityCommand({}));
    await client({ component: 'quick' }).send(new GetCallerIdentityCommand({}));
    let settled = false;
    void slow.then(() => {
      settled = true;
    });
    while (!settled) {
      aws.clock.advance(3_600_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await slow).Account).toBe('123456789012');
  });

  it('strikes with its probability', async () => {
    const numbers = [0.2, 0.8];
    await using other = await startLocalAws({ random: () => numbers.shift() ?? 1 });
    other.faults.add({ kind: 'error500', probability: 0.5 });
    const sts = new STSClient({ endpoint: other.url, region: 'eu-west-1', credentials, maxAttempts: 1 });
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow();
    await expect(sts.send(new GetCallerIdentityCommand({}))).resolves.toBeDefined();
  });

  it('with an unknown field is refused', () => {
    expect(() => aws.faults.add({ kind: 'throttle', servce: 'sts' } as never)).toThrow('unknown field "servce"');
    expect(() => aws.faults.add({ kind: 'explode' } as never)).toThrow('"kind" must be one of');
  });
});

describe('the control plane over HTTP', () => {
  const get = async (path: string) => JSON.parse((await send({ method: 'GET', path })).text);

  it('tells health and calls', async () => {
    expect(await get('/_twelvefold/health')).toMatchObject({ status: 'ok', services: expect.arrayContaining(['sts']) });
    await client().send(new GetCallerIdentityCommand({}));
    expect(await get('/_twelvefold/calls')).toMatchObject([{ operation: 'GetCallerIdentity' }]);
    await send({ method: 'DELETE', path: '/_twelvefold/calls' });
    expect(await get('/_twelvefold/calls')).toEqual([]);
  });

  it('moves the clock', async () => {
    const before = aws.clock.now();
    await send({ path: '/_twelvefold/clock', body: JSON.stringify({ advanceMs: 86_400_000 }) });
    expect(aws.clock.now()).toBeGreaterThanOrEqual(before + 86_400_000);
    expect((await send({ path: '/_twelvefold/clock', body: '{"advanceMs":-1}' })).status).toBe(400);
  });

  it('adds faults and resets', async () => {
    const added = await send({ path: '/_twelvefold/faults', body: JSON.stringify({ kind: 'error500' }) });
    expect(added.status).toBe(200);
    await expect(client().send(new GetCallerIdentityCommand({}))).rejects.toThrow();
    expect((await send({ path: '/moto-api/reset' })).status).toBe(200);
    await expect(client().send(new GetCallerIdentityCommand({}))).resolves.toBeDefined();
  });

  it('refuses what it does not know', async () => {
    expect((await send({ path: '/_twelvefold/faults', body: '{"kind":"nope"}' })).status).toBe(400);
    expect((await send({ path: '/_twelvefold/faults', body: 'not json' })).status).toBe(400);
    expect((await send({ path: '/_twelvefold/nope' })).status).toBe(404);
  });
});

describe('starting and closing', () => {
  it('refuses unknown options and a malformed account', async () => {
    await expect(startLocalAws({ prot: 1 } as never)).rejects.toThrow("unknown option 'prot'");
    await expect(startLocalAws({ account: '42' })).rejects.toThrow('twelve digits');
  });

  it('says when the port is taken', async () => {
    await expect(startLocalAws({ port: aws.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('ends with connections open and a body half sent', async () => {
    const other = await startLocalAws();
    await new Promise<void>((resolve) => {
      const socket = connect(other.port, '127.0.0.1', () => {
        socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf', () => resolve());
      });
      socket.on('error', () => {});
    });
    await other.close();
    await other.close();
  });
});

import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient, PutCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import type { Aws } from './index.ts';
import { AwsError, createAws } from './index.ts';
import type { AwsService, CallOptions } from './internal.ts';
import { dynamodb } from './services/dynamodb.ts';
import { sqs } from './services/sqs.ts';
import { ssm } from './services/ssm.ts';
import type { LooseCall } from './services.fixture.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const stops: Array<() => void> = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A server that keeps what it was asked and answers `answer`. */
async function sink(
  answer: (request: IncomingMessage, body: string) => { status: number; body: string; hang?: boolean },
) {
  const seen: Array<{ headers: IncomingMessage['headers']; body: string }> = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ headers: request.headers, body });
    const { status, body: text, hang } = answer(request, body);
    if (!hang) response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('createAws', () => {
  it.each([
    ['AWS_REGION', 'eu-west-1\r\nx: y'],
    ['AWS_REGION', 'eu-west-1/sqs/aws4_request, x'],
    ['AWS_REGION', 'example.com/'],
    ['AWS_DEFAULT_REGION', 'eu west 1'],
    ['AWS_ENDPOINT_URL', 'localhost:4566'],
    ['AWS_ENDPOINT_URL', 'not a url'],
    ['AWS_ENDPOINT_URL_SSM', 'http://user:secret@127.0.0.1/'],
    ['AWS_ENDPOINT_URL_SSM', 'http://127.0.0.1/?a=b'],
    ['AWS_ENDPOINT_URL_SSM', 'http://127.0.0.1/#a'],
  ])('makes no call with %s=%j', async (name, value) => {
    const region = name.includes('REGION') ? {} : { AWS_REGION: 'eu-west-1' };
    const aws = createAws({ env: { ...region, [name]: value }, credentials });
    const calling = aws.call(ssm, 'GetParameters', { Names: ['/a'] }, { access: 'read' });
    await expect(calling).rejects.toMatchObject({
      awsCode: name.includes('REGION') ? 'RegionInvalid' : 'EndpointInvalid',
      message: expect.not.stringContaining('secret'),
    });
  });

  it('refuses such options at once', () => {
    expect(() => createAws({ env: {}, endpoint: 'http://h/?a=b', region: 'a b' })).toThrow(
      /'endpoint' is not an http or https URL of host and path.*'region' is not the name of a region/,
    );
    expect(() => createAws({ env: {}, endpoint: 'http://h/p', region: 'us-east-1' })).not.toThrow();
  });

  it.each([
    ['an id with a line break', { accessKeyId: 'AKID\r\nx: y', secretAccessKey: 's' }],
    ['an id with a slash', { accessKeyId: 'AKID/20261129', secretAccessKey: 's' }],
    ['an id with a comma', { accessKeyId: 'AKID, SignedHeaders=host', secretAccessKey: 's' }],
    ['a token with a line break', { accessKeyId: 'AKID', secretAccessKey: 's', sessionToken: 't\n' }],
    ['an empty id', { accessKeyId: '', secretAccessKey: 's' }],
    ['a secret with a line break', { accessKeyId: 'AKID', secretAccessKey: 's\n' }],
  ])('does not sign with %s', async (_name, wrong) => {
    const aws = createAws({
      env: { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
      credentials: async () => wrong,
    });
    await expect(aws.call(ssm, 'GetParameters', { Names: ['/a'] }, { access: 'read' })).rejects.toMatchObject({
      awsCode: 'CredentialsProviderError',
      message: expect.stringMatching(
        /^Cannot sign calls to AWS: the credentials are incomplete or have a character [ ,\w]*$/,
      ),
    });
  });

  it('does not take an inherited name for an operation', async () => {
    const aws = createAws({ env: { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, credentials });
    const call = aws.call as LooseCall;
    await expect(call(sqs, 'constructor', {}, { access: 'read' })).rejects.toThrow(/constructor/);
  });
});

describe('createAws over HTTP', () => {
  it('sends to the endpoint of the environment, never to the host of a queue URL', async () => {
    const { seen, url } = await sink(() => ({ status: 200, body: '{}' }));
    const aws = createAws({ env: { AWS_ENDPOINT_URL: url, AWS_REGION: 'eu-west-1' }, credentials });
    const production = 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders';
    await aws.call(sqs, 'ReceiveMessage', { QueueUrl: production }, { access: 'write' });
    expect(seen).toHaveLength(1);
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({ QueueUrl: production });
    expect(seen[0]?.headers.authorization).toContain('/eu-west-1/sqs/aws4_request');
  });

  it("prefers a service's own endpoint variable, and the option over both", async () => {
    const [common, own, option] = await Promise.all([1, 2, 3].map(() => sink(() => ({ status: 200, body: '{}' }))));
    const env = { AWS_ENDPOINT_URL: common?.url, AWS_ENDPOINT_URL_SSM: own?.url, AWS_REGION: 'eu-west-1' };
    const names = { Names: ['/a'] };
    await createAws({ env, credentials }).call(ssm, 'GetParameters', names, { access: 'read' });
    expect([common?.seen.length, own?.seen.length]).toEqual([0, 1]);
    await createAws({ env, credentials, endpoint: option?.url ?? '' }).call(ssm, 'GetParameters', names, {
      access: 'read',
    });
    expect([own?.seen.length, option?.seen.length]).toEqual([1, 1]);
  });

  it('sends a write once if its outcome is unknown, unless it is repeatable; a throttled one again', async () => {
    const answers = {
      500: '{"__type":"InternalServerError"}',
      400: '{"__type":"ThrottlingException"}',
    };
    const countCalls = async (status: 400 | 500, options: CallOptions) => {
      const { seen, url } = await sink(() => ({ status, body: answers[status] }));
      const aws = createAws({ env: { AWS_ENDPOINT_URL: url, AWS_REGION: 'eu-west-1' }, credentials });
      const input = { TableName: 't', Key: { id: 'a' } };
      const error = await aws.call(dynamodb, 'UpdateItem', input, options).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'AwsError', httpStatus: status, retryable: true });
      return seen.length;
    };
    expect(await countCalls(500, { access: 'write' })).toBe(1);
    expect(await countCalls(500, { access: 'write', repeatable: true })).toBe(3);
    expect(await countCalls(400, { access: 'write' })).toBe(3);
  });

  it('does not send a write again whose answer was cut off, and says that the connection broke', async () => {
    let requests = 0;
    const server = createServer((request) => {
      requests += 1;
      request.socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => server.close());
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const aws = createAws({ env: { AWS_REGION: 'eu-west-1' }, endpoint, credentials });
    const call = aws.call(dynamodb, 'UpdateItem', { TableName: 't', Key: { id: 'a' } }, { access: 'write' });
    await expect(call).rejects.toMatchObject({
      awsCode: 'NetworkError',
      retryable: true,
      message: 'Cannot call dynamodb UpdateItem: connection broke (ECONNRESET)',
    });
    expect(requests).toBe(1);
  });

  it('signs with the credentials of the environment it was given, session token included', async () => {
    const { seen, url } = await sink(() => ({ status: 200, body: '{}' }));
    const own = { AWS_ACCESS_KEY_ID: 'AKIDOFENV', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' };
    const aws = createAws({ env: { ...own, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: url } });
    await aws.call(ssm, 'GetParameters', { Names: ['/a'] }, { access: 'read' });
    expect(seen[0]?.headers.authorization).toContain('Credential=AKIDOFENV/');
    expect(seen[0]?.headers['x-amz-security-token']).toBe('token');
  });

  it('names the component of each call in the user agent, outside the signature', async () => {
    const { seen, url } = await sink(() => ({ status: 200, body: '{}' }));
    const aws = createAws({ env: { AWS_REGION: 'eu-west-1' }, endpoint: url, credentials });
    await Promise.all([
      aws.as('api').call(dynamodb, 'GetItem', { TableName: 't', Key: { id: '1' } }, { access: 'read' }),
      aws.as('orders worker').call(sqs, 'ReceiveMessage', { QueueUrl: `${url}/1/q` }, { access: 'write' }),
      aws.call(ssm, 'GetParameters', { Names: ['/a'] }, { access: 'read' }),
    ]);
    const components = seen.map(({ headers }) => /md\/component#(\S+)/.exec(headers['user-agent'] ?? '')?.[1]);
    expect(components.sort()).toEqual(['api', 'orders_worker', undefined]);
    for (const { headers } of seen) {
      expect(headers['user-agent']).toContain('twelvefold');
      expect(/SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';')).not.toContain('user-agent');
    }
  });

  it('says which endpoint is unreachable, and that trying again may help', async () => {
    const { url } = await sink(() => ({ status: 200, body: '{}' }));
    for (const stop of stops.splice(0)) stop();
    const aws = createAws({ env: { AWS_REGION: 'eu-west-1' }, endpoint: url, credentials, maxAttempts: 1 });
    const error = await aws.call(ssm, 'GetParameters', { Names: ['/a'] }, { access: 'read' }).catch((e: unknown) => e);
    expect(AwsError.isInstance(error, 'EndpointUnreachable')).toBe(true);
    expect(error).toMatchObject({ retryable: true, service: 'ssm', operation: 'GetParameters' });
    expect((error as Error).message).toContain(url);
    expect((error as Error).message).toContain('ECONNREFUSED');
  });

  it('rejects with the reason of the signal, in flight and before', async () => {
    const { url, seen } = await sink(() => ({ status: 200, body: '', hang: true }));
    const aws = createAws({ env: { AWS_REGION: 'eu-west-1' }, endpoint: url, credentials });
    const controller = new AbortController();
    const reason = new Error('drain');
    const call = aws.call(
      sqs,
      'ReceiveMessage',
      { QueueUrl: `${url}/1/q`, WaitTimeSeconds: 20 },
      { access: 'write', signal: controller.signal },
    );
    void vi.waitUntil(() => seen.length === 1, 30_000).then(() => controller.abort(reason));
    await expect(call).rejects.toBe(reason);
    const after = aws.call(ssm, 'GetParameters', { Names: ['/a'] }, { access: 'read', signal: controller.signal });
    await expect(after).rejects.toBe(reason);
  });

  it('gives up on an attempt that gets no answer in time', async () => {
    const { url, seen } = await sink(() => ({ status: 200, body: '', hang: true }));
    const aws = createAws({
      env: { AWS_REGION: 'eu-west-1' },
      endpoint: url,
      credentials,
      maxAttempts: 2,
      requestTimeoutMs: 500, // time enough for the request to arrive on a busy machine
    });
    const error = await aws.call(ssm, 'GetParameters', { Names: ['/a'] }, { access: 'read' }).catch((e: unknown) => e);
    expect(error).toMatchObject({ awsCode: 'NetworkError', retryable: true });
    expect(seen).toHaveLength(2);
  });

  it('retries a throttled call and reports what AWS said in the end', async () => {
    const throttled = JSON.stringify({ __type: 'ThrottlingException', message: 'Rate exceeded' });
    const { url, seen } = await sink(() => ({ status: 400, body: throttled }));
    const aws = createAws({ env: { AWS_REGION: 'eu-west-1' }, endpoint: url, credentials, maxAttempts: 2 });
    const error = await aws.call(ssm, 'GetParameters', { Names: ['/a'] }, { access: 'read' }).catch((e: unknown) => e);
    expect(error).toMatchObject({ awsCode: 'ThrottlingException', retryable: true, httpStatus: 400 });
    expect(seen).toHaveLength(2);
  });
});

describe('createAws with injected SDK clients', () => {
  const aws = (clients: Parameters<typeof createAws>[0]['clients'] = {}) =>
    createAws({ env: { AWS_REGION: 'eu-west-1' }, clients });

  it('sends the command of the operation and returns its output, typed', async () => {
    const mock = mockClient(SSMClient);
    mock.on(GetParametersCommand, { Names: ['/a'] }).resolves({ Parameters: [{ Name: '/a', Value: '1' }] });
    const output = await aws({ ssm: new SSMClient({}) }).call(
      ssm,
      'GetParameters',
      { Names: ['/a'] },
      { access: 'read' },
    );
    expect(output.Parameters?.[0]?.Value).toBe('1');
    expectTypeOf(output.InvalidParameters).toEqualTypeOf<string[] | undefined>();
    expectTypeOf<Aws['call']>().parameter(0).toEqualTypeOf<AwsService>();
    expectTypeOf(ssm).toEqualTypeOf<AwsService<'ssm'>>();
  });

  it('adds the wait of a long poll to the time of an attempt', async () => {
    const mock = mockClient(SQSClient);
    mock.on(ReceiveMessageCommand).resolves({});
    await aws({ sqs: new SQSClient({}) }).call(
      sqs,
      'ReceiveMessage',
      { QueueUrl: 'q', WaitTimeSeconds: 20 },
      { access: 'write' },
    );
    expect(mock.commandCalls(ReceiveMessageCommand).map(({ args }) => (args as unknown[])[1])[0]).toMatchObject({
      requestTimeout: 23_000,
    });
  });

  it('carries items as plain values, in errors too', async () => {
    const mock = mockClient(DynamoDBDocumentClient);
    mock.on(PutCommand).rejects(
      new ConditionalCheckFailedException({
        message: 'The conditional request failed',
        $metadata: { httpStatusCode: 400, requestId: 'r1' },
        Item: { id: { S: 'a' }, n: { N: '3' } },
      }),
    );
    mock.on(TransactWriteCommand).rejects(
      new TransactionCanceledException({
        message: 'cancelled',
        $metadata: { httpStatusCode: 400 },
        CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { id: { S: 'b' } } }],
      }),
    );
    const port = aws({ dynamodb: DynamoDBDocumentClient.from(new DynamoDBClient({})) });
    const put = await port
      .call(dynamodb, 'PutItem', { TableName: 't', Item: { id: 'a' } }, { access: 'write' })
      .catch((e: unknown) => e);
    expect(put).toMatchObject({
      awsCode: 'ConditionalCheckFailedException',
      item: { id: 'a', n: 3 },
      requestId: 'r1',
      retryable: false,
    });
    const transaction = await port
      .call(dynamodb, 'TransactWriteItems', { TransactItems: [] }, { access: 'write' })
      .catch((e: unknown) => e);
    expect(transaction).toMatchObject({
      cancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { id: 'b' } }],
    });
  });

  it('takes a plain DynamoDBClient in place of a document client', async () => {
    const bodies: string[] = [];
    const { url } = await sink((_, body) => {
      bodies.push(body);
      return { status: 200, body: '{"Attributes":{"n":{"N":"2"}}}' };
    });
    const client = new DynamoDBClient({ region: 'eu-west-1', endpoint: url, credentials });
    const input = {
      TableName: 't',
      Key: { id: 'a' },
      UpdateExpression: 'ADD n :n',
      ExpressionAttributeValues: { ':n': 1 },
    };
    const output = await aws({ dynamodb: client }).call(dynamodb, 'UpdateItem', input, { access: 'write' });
    expect(output.Attributes).toEqual({ n: 2 });
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({
      Key: { id: { S: 'a' } },
      ExpressionAttributeValues: { ':n': { N: '1' } },
    });
    expect(UpdateCommand).toBeTypeOf('function');
  });
});

describe('createAws options', () => {
  it('names every fault at once', () => {
    // @ts-expect-error: an unknown option, no env and a client without send
    expect(() => createAws({ regoin: 'x', clients: { sqs: {} }, endpoint: 'nowhere' })).toThrow(
      /unknown option 'regoin'.*'env' is missing.*clients\.sqs has no send.*'endpoint' is not an http or https URL/,
    );
  });

  it('knows the operations of a service at compile time', async () => {
    const port = createAws({ env: {} });
    // @ts-expect-error: SQS has no PutItem
    await expect(port.call(sqs, 'PutItem', {}, { access: 'read' })).rejects.toThrow('no such operation');
  });
});

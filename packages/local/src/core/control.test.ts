import { request as httpRequest } from 'node:http';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LocalAws } from '../start.ts';
import { startLocalAws } from '../start.ts';
import type { Fault } from './faults.ts';

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());
beforeEach(() => {
  aws.clock.unfreeze();
  aws.reset();
});

const settings = (accessKeyId = 'local', region = 'eu-west-1', component?: string) => ({
  endpoint: aws.url,
  region,
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey: 'local' },
  customUserAgent: component === undefined ? [] : ([['md/component', component]] as [[string, string]]),
});

async function control(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${aws.url}/_twelvefold/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
  return { status: answer.status, body: (await answer.json()) as any };
}

/** In process and over HTTP it is one thing. */
const ADD: Array<[string, (fault: Fault) => Promise<void>]> = [
  ['in process', async (fault) => aws.faults.add(fault)],
  [
    'over HTTP',
    async (fault) => {
      const { status, body } = await control('POST', 'faults', fault);
      if (status !== 200) throw new TypeError(body.message);
    },
  ],
];

describe.each(ADD)('faults %s', (_name, add) => {
  it('throttle with the error of each service', async () => {
    await add({ kind: 'throttle' });
    const thrown = (promise: Promise<unknown>) =>
      promise.then(
        () => undefined,
        ({ name, $metadata }) => [name, $metadata.httpStatusCode],
      );
    expect(await thrown(new SQSClient(settings()).send(new ListQueuesCommand({})))).toEqual(['RequestThrottled', 403]);
    expect(await thrown(new SNSClient(settings()).send(new CreateTopicCommand({ Name: 'a' })))).toEqual([
      'ThrottledException',
      429,
    ]);
    expect(await thrown(new SSMClient(settings()).send(new GetParameterCommand({ Name: 'a' })))).toEqual([
      'ThrottlingException',
      400,
    ]);
    expect(await thrown(new DynamoDBClient(settings()).send(new ListTablesCommand({})))).toEqual([
      'ProvisionedThroughputExceededException',
      400,
    ]);
  });

  it('answer 503, as often as told and where told', async () => {
    await add({ kind: 'error503', times: 2, operation: 'PutParameter', component: 'writer' });
    const put = (component: string) =>
      new SSMClient(settings('local', 'eu-west-1', component)).send(
        new PutParameterCommand({ Name: '/a', Value: '1', Type: 'String', Overwrite: true }),
      );
    await put('reader');
    await expect(put('writer')).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    await expect(put('writer')).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    await put('writer');
    expect(aws.faults.list()).toEqual([
      { kind: 'error503', times: 2, operation: 'PutParameter', component: 'writer', struck: 2 },
    ]);
  });

  it('carry a call out twice', async () => {
    const sqs = new SQSClient(settings());
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
    await add({ kind: 'duplicate', operation: 'SendMessage', times: 1 });
    const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'once' }));
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    expect(Attributes).toEqual({ ApproximateNumberOfMessages: '2' });
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    expect(Messages?.map((message) => message.MessageId)).toContain(MessageId);
  });

  it('deliver a received message again', async () => {
    const sqs = new SQSClient(settings());
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
    await add({ kind: 'duplicate', operation: 'ReceiveMessage', times: 1 });
    const receive = async () =>
      (
        await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['ApproximateReceiveCount'] }),
        )
      ).Messages?.[0];
    const [first, second, third] = [await receive(), await receive(), await receive()];
    expect(second?.MessageId).toBe(first?.MessageId);
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    expect(second?.Attributes?.ApproximateReceiveCount).toBe('2');
    expect(third).toBeUndefined();
  });

  it('hold a call before its effect until they are cleared', async () => {
    await add({ kind: 'hold', operation: 'PutParameter' });
    const ssm = new SSMClient(settings());
    const put = ssm.send(new PutParameterCommand({ Name: '/held', Value: '1', Type: 'String' }));
    await vi.waitUntil(() => aws.faults.list()[0]?.struck === 1, 30_000);
    const get = () => ssm.send(new GetParameterCommand({ Name: '/held' }));
    await expect(get()).rejects.toMatchObject({ name: 'ParameterNotFound' });
    aws.faults.clear();
    await put;
    expect((await get()).Parameter?.Value).toBe('1');
  });

  it('let go on what a client that hung up was held at', async () => {
    await add({ kind: 'hold', operation: 'PutParameter' });
    const gone = new AbortController();
    const ssm = new SSMClient(settings());
    const input = { Name: '/gone', Value: '1', Type: 'String' } as const;
    const put = ssm.send(new PutParameterCommand(input), { abortSignal: gone.signal });
    await vi.waitUntil(() => aws.faults.list()[0]?.struck === 1, 30_000);
    gone.abort();
    await expect(put).rejects.toThrow();
    await vi.waitUntil(() => aws.calls({ operation: 'PutParameter' }).length === 1, 30_000);
  });

  it('cut a body in half after the effect', async () => {
    await add({ kind: 'truncate', operation: 'PutParameter', times: 1 });
    const ssm = new SSMClient(settings());
    const put = ssm.send(new PutParameterCommand({ Name: '/a', Value: '1', Type: 'String' }));
    await expect(put).rejects.toThrow();
    expect((await ssm.send(new GetParameterCommand({ Name: '/a' }))).Parameter?.Value).toBe('1');
  });

  it('send a body slowly, on the clock', async () => {
    await add({ kind: 'slow', delayMs: 3_600_000, operation: 'GetParameter', times: 1 });
    const ssm = new SSMClient(settings());
    await ssm.send(new PutParameterCommand({ Name: '/a', Value: 'x'.repeat(100), Type: 'String' }));
    const chunks: string[] = [];
    const ended = new Promise<void>((resolve) => {
      const headers = {
        'x-amz-target': 'AmazonSSM.GetParameter',
        authorization:
          'AWS4-HMAC-SHA256 Credential=local/20261101/eu-west-1/ssm/aws4_request, SignedHeaders=host, Signature=00',
      };
      httpRequest(aws.url, { method: 'POST', headers }, (response) => {
        response.on('data', (chunk) => chunks.push(String(chunk)));
        response.on('end', resolve);
      }).end('{"Name":"/a"}');
    });
    let over = false;
    void ended.then(() => {
      over = true;
    });
    while (!over) {
      aws.clock.advance(400_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(chunks.length).toBeGreaterThan(5);
    expect(JSON.parse(chunks.join('')).Parameter.Value).toBe('x'.repeat(100));
  });

  it('are the same calls for the same seed', async () => {
    const ssm = new SSMClient(settings());
    const run = async (seed: number) => {
      aws.faults.clear();
      await add({ kind: 'error500', probability: 0.5, seed });
      const results: boolean[] = [];
      for (let count = 0; count < 20; count += 1) {
        await ssm
          .send(new GetParameterCommand({ Name: '/a' }))
          .catch(({ name }) => results.push(name === 'ParameterNotFound'));
      }
      return results.map(Number).join('');
    };
    const first = await run(7);
    expect(await run(7)).toBe(first);
    expect(await run(8)).not.toBe(first);
    expect(new Set(first)).toEqual(new Set('01'));
  });

  it('say everything that is wrong with them', async () => {
    const fault = { kind: 'slow', probability: 1.5, times: 0, servce: 'x', service: 'sqx', component: 3 };
    const message = await add(fault as never).catch((error) => error.message);
    expect(message).toContain('Cannot add a fault:');
    for (const part of [
      '"probability" must be between 0 and 1',
      '"times" must be an integer, 1 or more',
      'unknown field "servce"',
      '"service" must be one of dynamodb, ',
      '"component" must be a string',
      '"delayMs" is needed for slow',
    ]) {
      expect(message).toContain(part);
    }
    expect(aws.faults.list()).toEqual([]);
  });
});

describe('the control plane', () => {
  it('freezes, moves and sets the clock', async () => {
    expect(await control('POST', 'clock', { freeze: true, setMs: 5000 })).toEqual({
      status: 200,
      body: { nowMs: 5000, frozen: true },
    });
    expect((await control('POST', 'clock', { advanceMs: 10 })).body).toEqual({ nowMs: 5010, frozen: true });
    expect([aws.clock.now(), aws.clock.frozen]).toEqual([5010, true]);
    expect((await control('POST', 'clock', { freeze: false })).body.frozen).toBe(false);
    aws.clock.set(Date.now());
  });

  it.each([
    ['POST', 'clock', {}, 'give "freeze" (true or false), "setMs" or "advanceMs"'],
    ['POST', 'clock', { advanceMs: -1 }, '"advanceMs" must be 0 or more'],
    [
      'POST',
      'clock',
      { freeze: 1, setMs: 'x', foo: 1 },
      '"freeze" must be a boolean; "setMs" must be a number; unknown field "foo"',
    ],
    ['POST', 'reset', { service: 'sqx' }, 'Cannot reset sqx: choose one of dynamodb, '],
    ['POST', 'reset', { service: 1 }, '"service" must be a string'],
    ['GET', 'calls?servce=sqs', undefined, 'unknown field "servce"; known are service, operation, component'],
  ])('refuses %s %s %j', async (method, path, body, message) => {
    const answer = await control(method, path, body);
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it('resets one service and leaves the others', async () => {
    await new SQSClient(settings()).send(new CreateQueueCommand({ QueueName: 'orders' }));
    const ssm = new SSMClient(settings());
    await ssm.send(new PutParameterCommand({ Name: '/a', Value: '1', Type: 'String' }));
    expect((await control('POST', 'reset', { service: 'sqs' })).body).toEqual({ status: 'ok' });
    expect((await new SQSClient(settings()).send(new ListQueuesCommand({}))).QueueUrls).toBeUndefined();
    expect((await ssm.send(new GetParameterCommand({ Name: '/a' }))).Parameter?.Value).toBe('1');
    aws.reset('ssm');
    await expect(ssm.send(new GetParameterCommand({ Name: '/a' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
  });

  it('lists calls by service and component, with who called and what was touched', async () => {
    const ssm = new SSMClient(settings('local', 'eu-west-1', 'api'));
    await ssm.send(new PutParameterCommand({ Name: '/a', Value: '1', Type: 'String' }));
    await new SQSClient(settings()).send(new ListQueuesCommand({}));
    expect((await control('GET', 'calls')).body).toHaveLength(2);
    expect((await control('GET', 'calls?service=ssm&component=api')).body).toMatchObject([
      {
        operation: 'PutParameter',
        touched: [{ action: 'ssm:PutParameter', resource: 'arn:aws:ssm:eu-west-1:123456789012:parameter/a' }],
        principal: 'arn:aws:iam::123456789012:root',
        durationMs: expect.any(Number),
        status: 200,
      },
    ]);
    expect(aws.calls({ service: 'ssm' })).toEqual(aws.calls({ component: 'api' }));
    expect(aws.calls({ component: 'other' })).toEqual([]);
  });

  it('tells what is served', async () => {
    const { body } = await control('GET', 'health');
    expect(body).toEqual({ ...aws.health(), nowMs: expect.any(Number) });
    expect(body).toMatchObject({
      status: 'ok',
      account: '123456789012',
      services: expect.arrayContaining(['sqs', 'ssm']),
    });
  });

  it('keeps accounts and regions apart', async () => {
    const places = ['111111111111', '222222222222'].flatMap((key) =>
      ['eu-west-1', 'us-east-1'].map((region) => [key, region] as const),
    );
    await Promise.all(
      places.map(async ([key, region]) => {
        const Value = `${key} ${region}`;
        await new SSMClient(settings(key, region)).send(new PutParameterCommand({ Name: '/a', Value, Type: 'String' }));
        await new SQSClient(settings(key, region)).send(
          new CreateQueueCommand({ QueueName: 'orders', Attributes: { DelaySeconds: '7' } }),
        );
      }),
    );
    for (const [key, region] of places) {
      const { Parameter } = await new SSMClient(settings(key, region)).send(new GetParameterCommand({ Name: '/a' }));
      expect([Parameter?.Value, Parameter?.ARN]).toEqual([
        `${key} ${region}`,
        `arn:aws:ssm:${region}:${key}:parameter/a`,
      ]);
      const { QueueUrls } = await new SQSClient(settings(key, region)).send(new ListQueuesCommand({}));
      expect(QueueUrls).toEqual([expect.stringContaining(`/${key}/orders`)]);
    }
  });
});

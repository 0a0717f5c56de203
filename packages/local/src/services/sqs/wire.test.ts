import { request as httpRequest } from 'node:http';
import { DeleteQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { aws, bodies, create, receive, seconds, send, sqs, untilPolling } from './queue-client.fixture.ts';

describe('a long poll', () => {
  it('wakes on arrival', async () => {
    const url = await create('orders');
    const poll = receive(url, { WaitTimeSeconds: 20 });
    await untilPolling();
    await send(url, 'one');
    expect(bodies(await poll)).toEqual(['one']);
  });

  it('wakes when a delay or a visibility timeout ends', async () => {
    const url = await create('orders', { ReceiveMessageWaitTimeSeconds: '20' });
    await send(url, 'one', { DelaySeconds: 5 });
    const delayed = receive(url, { VisibilityTimeout: 10 });
    await untilPolling();
    seconds(5);
    expect(bodies(await delayed)).toEqual(['one']);
    const hidden = receive(url);
    await untilPolling();
    seconds(10);
    expect(bodies(await hidden)).toEqual(['one']);
  });

  it('ends with nothing after its time', async () => {
    const url = await create('orders');
    const poll = receive(url, { WaitTimeSeconds: 20 });
    await untilPolling();
    seconds(20);
    expect(await poll).toEqual([]);
    await expect(receive(url, { WaitTimeSeconds: 21 })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('is served in the order of arrival, one message each', async () => {
    const url = await create('orders');
    const first = receive(url, { WaitTimeSeconds: 20, MaxNumberOfMessages: 1 });
    await untilPolling();
    const second = receive(url, { WaitTimeSeconds: 20, MaxNumberOfMessages: 1 });
    await untilPolling(2);
    await send(url, 'one');
    await send(url, 'two');
    expect([bodies(await first), bodies(await second)]).toEqual([['one'], ['two']]);
  });

  it('takes nothing once its client has hung up', async () => {
    const url = await create('orders');
    const controller = new AbortController();
    const poll = sqs.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 }), {
      abortSignal: controller.signal,
    });
    await untilPolling();
    controller.abort();
    await expect(poll).rejects.toMatchObject({ name: 'AbortError' });
    await untilPolling(0);
    await send(url, 'one');
    const [message] = await receive(url);
    expect(message?.Attributes?.ApproximateReceiveCount).toBe('1');
  });

  it('ends when its queue goes, the endpoint resets or closes', async () => {
    const url = await create('orders');
    const deleted = receive(url, { WaitTimeSeconds: 20 });
    await untilPolling();
    await sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
    expect(await deleted).toEqual([]);
    const other = await create('other');
    const reset = receive(other, { WaitTimeSeconds: 20 });
    await untilPolling();
    aws.reset();
    expect(await reset).toEqual([]);
    await expect(receive(other)).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
    const third = await create('third');
    const closed = receive(third, { WaitTimeSeconds: 20 }).catch((error: unknown) => error);
    await untilPolling();
    await aws.close();
    await closed;
  });
});

describe('the wire', () => {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=local/20261101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=00';
  function raw(headers: Record<string, string>, body: string) {
    return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
      const request = httpRequest(aws.url, { method: 'POST', headers: { authorization, ...headers } }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      request.on('error', reject);
      request.end(body);
    });
  }
  const json = (operation: string, body: string) => raw({ 'x-amz-target': `AmazonSQS.${operation}` }, body);
  const query = (body: string) => raw({ 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, body);

  it('says an error in both of its names', async () => {
    const answer = await json(
      'SendMessage',
      JSON.stringify({ QueueUrl: `${aws.url}/123456789012/nope`, MessageBody: 'x' }),
    );
    expect(answer).toMatchObject({
      status: 400,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender',
        'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    expect(JSON.parse(answer.text)).toEqual({
      __type: 'com.amazonaws.sqs#QueueDoesNotExist',
      message: 'The specified queue does not exist.',
    });
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['text', '"x"'],
    ['a number for a string', '{"QueueName":1}'],
    ['a list for a map', '{"QueueName":"a","Attributes":[]}'],
    ['a number in a map of strings', '{"QueueName":"a","Attributes":{"DelaySeconds":1}}'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1')],
  ])('refuses %s', async (_what, body) => {
    const answer = await json('CreateQueue', body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).__type).toBe('com.amazonaws.sqs#SerializationException');
  });

  it('speaks the old Query protocol too', async () => {
    const created = await query(
      'Action=CreateQueue&QueueName=old&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=7&Attribute.2.Name=DelaySeconds&Attribute.2.Value=0',
    );
    expect(created.text).toContain(`<QueueUrl>${aws.url}/123456789012/old</QueueUrl>`);
    const url = encodeURIComponent(`${aws.url}/123456789012/old`);
    const sent = await query(
      `Action=SendMessageBatch&QueueUrl=${url}&SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=${encodeURIComponent('<&>')}` +
        '&SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=kind&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType=String' +
        '&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue=new',
    );
    expect(sent.text).toMatch(/<SendMessageBatchResult><SendMessageBatchResultEntry><Id>a<\/Id><MessageId>/);
    const received = await query(
      `Action=ReceiveMessage&QueueUrl=${url}&MaxNumberOfMessages=10&AttributeName.1=ApproximateReceiveCount&MessageAttributeName.1=All`,
    );
    expect(received.text).toContain('<Body>&lt;&amp;&gt;</Body>');
    expect(received.text).toContain('<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>');
    expect(received.text).toContain(
      '<MessageAttribute><Name>kind</Name><Value><DataType>String</DataType><StringValue>new</StringValue></Value></MessageAttribute>',
    );
    const attributes = await query(`Action=GetQueueAttributes&QueueUrl=${url}&AttributeName.1=VisibilityTimeout`);
    expect(attributes.text).toContain('<Attribute><Name>VisibilityTimeout</Name><Value>7</Value></Attribute>');
    const missing = await query(`Action=ReceiveMessage&QueueUrl=${url}x`);
    expect(missing.status).toBe(400);
    expect(missing.text).toContain('<Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code>');
    const malformed = await query(`Action=ReceiveMessage&QueueUrl=${url}&MaxNumberOfMessages=many`);
    expect(malformed.text).toContain('<Code>MalformedInput</Code>');
  });
});

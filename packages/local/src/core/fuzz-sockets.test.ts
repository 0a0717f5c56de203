import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';

import { aws, prepareFronts, send, signed } from './fuzz-fronts.fixture.ts';

prepareFronts();

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

const alive = async () => expect((await fetch(`${aws.url}/_twelvefold/health`)).status).toBe(200);

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

import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registry } from '../services/registry.ts';

/** `npm run verify` throws 100,000 requests, at the sources and at the published bundle. */
const RUNS = process.env.TWELVEFOLD_VERIFY === '1' ? 17_000 : 400;

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

function send(headers: Record<string, string>, body: string | Uint8Array, path = '/') {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = httpRequest(aws.url, { method: 'POST', path, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=fuzz/20261101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
});

const services = await Promise.all(registry.map((entry) => entry.load()));
const operations = services.flatMap((service) => Object.keys(service.actions).map((action) => ({ service, action })));
const members = fc.constantFrom(
  ...'QueueUrl QueueName Attributes Tags tags Entries Id MessageBody MessageAttributes DataType StringValue ReceiptHandle MaxNumberOfMessages'.split(
    ' ',
  ),
  ...'VisibilityTimeout AttributeNames NextToken MaxResults TopicArn Name Names Value Type Path SecretId SecretString VersionStages Message'.split(
    ' ',
  ),
  ...'Endpoint Protocol AttributeName AttributeValue PublishBatchRequestEntries TableName Key Item TransactItems KeySchema'.split(
    ' ',
  ),
  ...'UpdateExpression ConditionExpression ExpressionAttributeNames ExpressionAttributeValues KeyConditionExpression S N M L BOOL'.split(
    ' ',
  ),
  ...'Statement Statements TransactStatements Parameters ClientRequestToken KeySpec KeyUsage Plaintext SigningAlgorithm'.split(
    ' ',
  ),
  ...'AddReplicaRegions Region SecretIdList Filters Values MetricData StartTime logGroupName logEvents'.split(' '),
  ...'__proto__ constructor toString'.split(' '),
);
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    'orders',
    'true',
    '-1',
    '1e999',
    'All',
    'arn:aws:sqs:eu-west-1:123456789012:orders',
    'arn:aws:sns:eu-west-1:123456789012:t',
  ),
  fc.constantFrom(
    'http://x/123456789012/orders',
    '{"a":[{"numeric":[]}]}',
    '{',
    '\u0000',
    '/a/b',
    '#a = :b',
    'a'.repeat(3000),
  ),
  // PartiQL: whole statements, and words of them in any order.
  fc.constantFrom('SELECT * FROM "orders" WHERE a = ?', "INSERT INTO orders VALUE {'a': [<<1>>, {'b': null}]}"),
  fc
    .array(
      fc.constantFrom(
        ...`SELECT INSERT UPDATE DELETE EXISTS FROM INTO SET REMOVE WHERE AND OR NOT IN BETWEEN IS MISSING NULL VALUE ORDER BY RETURNING ALL OLD a "b" 'c' 1 -.5e1 ? = <> <= ( ) [ ] { } << >> , . : * set_add( size(`.split(
          ' ',
        ),
      ),
      { maxLength: 12 },
    )
    .map((words) => words.join(' ')),
);
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    texts,
    fc.oneof(fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 12 }),
    fc.array(fc.tuple(members, tie('value')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const form = fc
  .array(
    fc.tuple(
      fc.array(fc.oneof(members, fc.constantFrom('entry', 'member', '1', '2', '999999999', '')), {
        minLength: 1,
        maxLength: 6,
      }),
      texts,
    ),
    { maxLength: 8 },
  )
  .map((entries) => entries.map(([path, value]): [string, string] => [path.join('.'), value.toWellFormed()]));

/** A fault in this package answers 500; an operation that is not here answers 501. */
const isRightAnswer = ({ status }: { status: number }) =>
  status === 200 || (status >= 400 && status < 500) || status === 501;

describe('no request breaks the endpoint', () => {
  it('in JSON', { timeout: 300_000 }, async () => {
    const calls = fc.tuple(
      fc.constantFrom(...operations.filter(({ service }) => service.json !== undefined)),
      fc.array(fc.tuple(members, json), { maxLength: 8 }),
    );
    await fc.assert(
      fc.asyncProperty(calls, async ([{ service, action }, entries]) => {
        const headers = { ...signed(service.name), 'x-amz-target': `${service.json?.targetPrefix}.${action}` };
        const answer = await send(headers, JSON.stringify(Object.fromEntries(entries)));
        if (!isRightAnswer(answer)) throw new Error(`${service.name} ${action}: ${answer.status} ${answer.text}`);
        expect(() => JSON.parse(answer.text)).not.toThrow();
      }),
      { numRuns: RUNS },
    );
  });

  it('in forms', { timeout: 300_000 }, async () => {
    const calls = fc.tuple(fc.constantFrom(...operations.filter(({ service }) => service.query !== undefined)), form);
    await fc.assert(
      fc.asyncProperty(calls, async ([{ service, action }, entries]) => {
        const headers = { ...signed(service.name), 'content-type': 'application/x-www-form-urlencoded' };
        const answer = await send(headers, new URLSearchParams([['Action', action], ...entries]).toString());
        if (!isRightAnswer(answer)) throw new Error(`${service.name} ${action}: ${answer.status} ${answer.text}`);
        expect(answer.text).toMatch(/^<\?xml/);
      }),
      { numRuns: RUNS },
    );
  });

  it('in bytes', { timeout: 300_000 }, async () => {
    const header = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      maxLength: 60,
    });
    const calls = fc.record({
      target: fc.option(
        fc.oneof(header, fc.constantFrom('AmazonSQS.SendMessage', 'AmazonSSM.GetParameter', '.', 'AmazonSQS.')),
        { nil: undefined },
      ),
      authorization: fc.option(fc.oneof(header, fc.constant(signed('sns').authorization)), { nil: undefined }),
      type: fc.constantFrom(undefined, 'application/x-www-form-urlencoded', 'application/x-amz-json-1.0', 'text/plain'),
      path: fc.webPath().map((path) => path || '/'),
      body: fc.uint8Array({ maxLength: 200 }),
    });
    await fc.assert(
      fc.asyncProperty(calls, async ({ target, authorization, type, path, body }) => {
        const headers = {
          ...(target === undefined ? {} : { 'x-amz-target': target }),
          ...(authorization === undefined ? {} : { authorization }),
          ...(type === undefined ? {} : { 'content-type': type }),
        };
        const answer = await send(headers, body, path);
        if (!isRightAnswer(answer)) throw new Error(`${answer.status} ${answer.text}`);
      }),
      { numRuns: RUNS },
    );
  });
});

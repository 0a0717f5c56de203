import type { Aws } from '@twelvefold/aws';
import { dynamodb, sqs, ssm } from '@twelvefold/aws';
import { runInScope } from '@twelvefold/lifecycle';
import { afterEach, expect, it } from 'vitest';
import { traceAws } from './trace-aws.ts';

// A tracer in the place where OpenTelemetry's API keeps one: lifecycle's tests use the real SDK.
const REGISTERED = Symbol.for('opentelemetry.js.api.1');
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
interface Recorded {
  name: string;
  kind: number;
  spanId: string;
  parentId: string | undefined;
  attributes: Record<string, unknown>;
  ended: boolean;
}
const spans: Recorded[] = [];

function startSpan(
  name: string,
  { kind, attributes }: { kind: number; attributes: Record<string, unknown> },
  context: { getValue(key: symbol): unknown },
) {
  const parent = context.getValue(SPAN) as { spanContext(): { spanId: string } } | undefined; // as the API reads it
  const spanId = String(spans.length + 1).padStart(16, '0');
  const parentId = parent?.spanContext().spanId;
  const span: Recorded = { name, kind, spanId, parentId, attributes: { ...attributes }, ended: false };
  spans.push(span);
  return {
    spanContext: () => ({ traceId: 'a'.repeat(32), spanId, traceFlags: 1 }),
    setAttribute: (key: string, value: unknown) => Object.assign(span.attributes, { [key]: value }),
    setStatus: () => {},
    end: () => {
      span.ended = true;
    },
  };
}

const register = () => void Reflect.set(globalThis, REGISTERED, { trace: { getTracer: () => ({ startSpan }) } });
afterEach(() => {
  spans.length = 0;
  Reflect.deleteProperty(globalThis, REGISTERED);
});

/** Answers with who called what. */
function fake(component = 'none'): Aws {
  return {
    call: async (service, operation) => [component, service.name, operation] as never, // no operation's output; only looked at here
    as: (name) => fake(name),
  };
}

const options = { access: 'read' } as const;

it('is the port itself without a tracer', () => {
  const aws = fake();
  expect(traceAws(aws)).toBe(aws);
});

it('has a client span around each call of a scope, below it, and none around calls outside of scopes', async () => {
  register();
  const aws = traceAws(fake()).as('api');
  await aws.call(ssm, 'GetParameters', { Names: ['/x'] }, options);
  expect(spans).toEqual([]);
  await runInScope({ kind: 'http', component: 'api' }, async () => {
    expect(await aws.call(dynamodb, 'GetItem', { TableName: 't', Key: {} }, options)).toEqual([
      'api',
      'dynamodb',
      'GetItem',
    ]);
  });
  expect(spans.map(({ name, kind }) => [name, kind])).toEqual([
    ['http api', 0],
    ['DynamoDB.GetItem', 2],
  ]);
  expect(spans[1]).toMatchObject({
    parentId: spans[0]?.spanId,
    attributes: { 'rpc.system': 'aws-api', 'rpc.service': 'DynamoDB', 'rpc.method': 'GetItem' },
    ended: true,
  });
});

it('passes failures on, and marks them', async () => {
  register();
  const failing: Aws = { call: () => Promise.reject(new RangeError('no')), as: () => failing };
  const aws = traceAws(failing);
  await runInScope({ kind: 'http', component: 'api' }, async () => {
    await expect(aws.call(sqs, 'ReceiveMessage', { QueueUrl: 'q' }, options)).rejects.toThrow('no');
  });
  expect(spans[1]).toMatchObject({
    name: 'SQS.ReceiveMessage',
    ended: true,
    attributes: { 'error.type': 'RangeError' },
  });
});

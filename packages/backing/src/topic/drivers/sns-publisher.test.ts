import { TwelvefoldError } from '@twelvefold/core';
import { createTestClock } from '@twelvefold/core/testing';
import { runInScope } from '@twelvefold/lifecycle';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { SqsModel } from '../../testing/sqs-model.ts';
import { createSqsModel } from '../../testing/sqs-model.ts';
import { topic } from '../topic.ts';
import { createSnsPublisher } from './sns-publisher.ts';

const ARN = 'arn:aws:sns:eu-west-1:123456789012:orders-test-order-events';
const events = topic('order-events', { schema: z.object({ orderId: z.string() }) });

let aws: SqsModel;
beforeEach(() => {
  aws = createSqsModel(createTestClock());
});
const publisher = () => createSnsPublisher({ definition: events, arn: ARN, aws });

describe('publish', () => {
  it("publishes the input with the scope's correlation and trace", async () => {
    const trace = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      xray: 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1',
    };
    const { messageId } = await runInScope({ kind: 'message', component: 'orders', correlationId: 'c-7', trace }, () =>
      publisher().publish({ orderId: 'o-1' }),
    );
    expect(messageId).toBe('m1');
    expect(aws.calls[0]?.input).toEqual({
      TopicArn: ARN,
      Message: '{"orderId":"o-1"}',
      MessageAttributes: {
        correlationId: { DataType: 'String', StringValue: 'c-7' },
        traceparent: { DataType: 'String', StringValue: trace.traceparent },
        xrayTraceHeader: { DataType: 'String', StringValue: trace.xray },
      },
    });
  });

  it('says of a flow that it is logged in detail, as long as ten attributes have room for it', async () => {
    const filters = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const;
    const fields = Object.fromEntries(filters.map((name) => [name, name]));
    const schema = z.object(Object.fromEntries(filters.map((name) => [name, z.string()])));
    const wide = topic('wide', { schema, filters: [...filters] });
    const init = { kind: 'http', component: 'api', correlationId: 'c-7', sampled: true } as const;
    const publish = () => createSnsPublisher({ definition: wide, arn: ARN, aws }).publish(fields);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await runInScope({ ...init, trace: { traceparent } }, publish);
    await runInScope(
      { ...init, trace: { traceparent, xray: 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1' } },
      publish,
    );
    const names = aws.calls.map(({ input }) => Object.keys(input.MessageAttributes));
    expect(names[0]).toEqual([...filters, 'correlationId', 'traceparent', 'correlationSampled']);
    expect(names[1]).toEqual([...filters, 'correlationId', 'traceparent', 'xrayTraceHeader']);
  });

  it('refuses what does not fit the schema, and more than 256 KiB, before any call', async () => {
    const wrong = { orderId: 12 } as unknown as { orderId: string }; // wrong on purpose
    const invalid = await publisher()
      .publish(wrong)
      .catch((error: unknown) => error);
    expect(TwelvefoldError.isInstance(invalid, 'MESSAGE_INVALID')).toBe(true);
    const large = await publisher()
      .publish({ orderId: 'x'.repeat(262_144) })
      .catch((error: unknown) => error);
    expect(TwelvefoldError.isInstance(large, 'MESSAGE_TOO_LARGE')).toBe(true);
    expect(aws.calls).toHaveLength(0);
  });

  it('refuses an ARN that is not of a topic, and unknown options', () => {
    const arn = 'arn:aws:sqs:eu-west-1:123456789012:orders';
    expect(() => createSnsPublisher({ definition: events, arn, aws })).toThrow("'arn' is not the ARN of a topic");
    const options = { definition: events, arn: ARN, aws, url: 'x' };
    expect(() => createSnsPublisher(options)).toThrow("unknown option 'url'");
  });
});

describe('a text that is filtered by', () => {
  const places = topic('places', { schema: z.object({ region: z.string(), note: z.string() }), filters: ['region'] });
  const toPlaces = () => createSnsPublisher({ definition: places, arn: ARN, aws });

  it.each(['a\u0000', '\u0008b', 'a\u000bb', '\u001f', 'a\ufffe', '\uffff', '\ud800', 'x\udc00y'])(
    'is refused by its name before any call when no attribute can carry it: %j',
    async (region) => {
      const error = await toPlaces()
        .publish({ region, note: '' })
        .catch((cause: unknown) => cause);
      expect(TwelvefoldError.isInstance(error, 'MESSAGE_INVALID') && error.message).toMatch(
        /^Cannot publish message to topic 'places': its field 'region' is a filter/,
      );
      expect(aws.calls).toHaveLength(0);
    },
  );

  it('may have tabs, line ends and any letter; what is not filtered by may have anything', async () => {
    const region = '\tä€𝄞\r\n\u007f\ud7ff\ue000\ufffd';
    await toPlaces().publish({ region, note: '\u0000\ufffe\ud800' });
    expect(aws.calls[0]?.input.MessageAttributes.region.StringValue).toBe(region);
  });

  it('fails alone among many', async () => {
    const results = await toPlaces().publishAll([
      { region: 'eu', note: '' },
      { region: '\u0001', note: '' },
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([true, false]);
    expect(aws.calls[0]?.input.PublishBatchRequestEntries).toHaveLength(1);
  });
});

describe('publishAll at the limits of SNS', () => {
  const scope = { kind: 'task', component: 'test', correlationId: 'c-1' } as const;
  const overhead = JSON.stringify({ orderId: '' }).length + 'correlationIdString'.length + 'c-1'.length;
  const sized = (bytes: number) => ({ orderId: 'x'.repeat(bytes - overhead) });
  const lengths = () => aws.calls.map(({ input }) => input.PublishBatchRequestEntries.length);

  it('fills a batch to the byte, attributes included, and not one over', async () => {
    const half = 131_072;
    await runInScope(scope, () => publisher().publishAll([sized(half), sized(half), sized(half), sized(half + 1)]));
    expect(lengths()).toEqual([2, 1, 1]);
  });

  it('takes ten entries and no more', async () => {
    await publisher().publishAll(Array.from({ length: 21 }, (_, n) => ({ orderId: `o-${n}` })));
    expect(lengths()).toEqual([10, 10, 1]);
  });

  it('tries a refused entry of a FIFO topic again under its id, while later ones of its group wait and others go', async () => {
    const clock = createTestClock();
    const model = createSqsModel(clock);
    const definition = topic('steps', {
      schema: z.object({ account: z.string(), n: z.number() }),
      fifo: { group: 'account' },
    });
    let refusals = 2;
    model.failEntry = ({ input }, id) =>
      input.PublishBatchRequestEntries[Number(id)].Message.includes('"n":1}') && refusals-- > 0
        ? { SenderFault: false, Code: 'InternalError' }
        : undefined;
    const steps = createSnsPublisher({ definition, arn: ARN, aws: model, clock, random: () => 0 });
    const list = [1, 2, 3, 4, 5, 6].map((n) => ({ account: n % 2 ? 'a' : 'b', n }));
    const publishing = steps.publishAll(list);
    for (let turn = 0; turn < 10; turn += 1) await clock.advance(100);
    const results = await publishing;
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true, true, true]);
    const arrived = model.queue(ARN).map(({ body }) => JSON.parse(body));
    expect(arrived.filter(({ account }) => account === 'a').map(({ n }) => n)).toEqual([1, 3, 5]);
    expect(arrived.filter(({ account }) => account === 'b').map(({ n }) => n)).toEqual([2, 4, 6]);
    // Group b was through before group a got its first message in.
    expect(arrived.slice(0, 3).map(({ n }) => n)).toEqual([2, 4, 6]);
    const ids = (results as Array<{ messageId: string }>).map(({ messageId }) => messageId);
    for (const { id, body } of model.queue(ARN)) expect(ids[JSON.parse(body).n - 1]).toBe(id);
    const tries = model.calls
      .flatMap(({ input }) => input.PublishBatchRequestEntries as Array<Record<string, string>>)
      .filter(({ Message }) => Message?.includes('"n":1}'));
    expect(tries).toHaveLength(3);
    expect(new Set(tries.map(({ MessageDeduplicationId }) => MessageDeduplicationId)).size).toBe(1);
    expect(new Set(tries.map(({ MessageGroupId }) => MessageGroupId))).toEqual(new Set(['a']));
  });
});

describe('publishAll', () => {
  const Priced = z.object({ kind: z.string(), cents: z.number(), express: z.boolean().optional(), note: z.string() });
  const priced = topic('priced', { schema: Priced, filters: ['kind', 'cents', 'express'], maxBytes: 300_000 });

  it('packs by count and by the size of the topic, with what is filtered by as attributes', async () => {
    const all = createSnsPublisher({ definition: priced, arn: ARN, aws });
    const message = (cents: number, bytes: number) => ({
      kind: cents ? 'paid' : '',
      cents,
      express: true,
      note: 'x'.repeat(bytes),
    });
    const results = await all.publishAll([
      ...Array.from({ length: 12 }, (_, n) => message(n, 10)),
      message(1, 200_000),
      message(1, 200_000),
    ]);
    expect(results.every(({ ok }) => ok)).toBe(true);
    const batches = aws.calls.map(({ input }) => input.PublishBatchRequestEntries);
    expect(batches.map(({ length }) => length)).toEqual([10, 3, 1]);
    const [first, second] = batches[0];
    // SNS refuses empty values.
    expect(first.MessageAttributes).toEqual({
      correlationId: expect.anything(),
      cents: { DataType: 'Number', StringValue: '0' },
      express: { DataType: 'String', StringValue: 'true' },
    });
    expect(second.MessageAttributes.kind).toEqual({ DataType: 'String', StringValue: 'paid' });
  });

  it('fails a message alone that is too large or does not fit, and sends the others', async () => {
    const all = createSnsPublisher({ definition: priced, arn: ARN, aws });
    const note = 'x'.repeat(300_000);
    const wrong = { kind: 'a', cents: 'b', note: '' } as unknown as z.input<typeof Priced>; // wrong on purpose
    const results = await all.publishAll([{ kind: 'a', cents: 1, note }, wrong, { kind: 'a', cents: 1, note: '' }]);
    expect(results.map((result) => (result.ok ? 'ok' : (result.error as TwelvefoldError).code))).toEqual([
      'MESSAGE_TOO_LARGE',
      'MESSAGE_INVALID',
      'ok',
    ]);
  });
});

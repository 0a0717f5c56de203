import { TwelvefoldError } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { queue } from '../queue.ts';
import { aws, MIB, orders, prepareSender, sender, URL_ } from './sqs-sender.fixture.ts';
import { createSqsSender } from './sqs-sender.ts';

prepareSender();

const rejection = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise;
  } catch (error) {
    return error as Error; // everything here throws errors
  }
  throw new Error('did not reject');
};

describe('send', () => {
  it('sends the input as JSON, so that defaults apply once, at the reader', async () => {
    const receipt = await sender().send({ sku: 'A-1' });
    const [stored] = aws.queue(URL_);
    expect(stored?.id).toBe(receipt.messageId);
    expect(JSON.parse(stored?.body ?? '')).toEqual({ sku: 'A-1' });
  });

  it('names every field that does not fit, none of its values, and calls nothing', async () => {
    // Wrong on purpose: callers without types exist.
    const message = { sku: 4711, quantity: 'secret-value' } as unknown as { sku: string };
    const error = await rejection(sender().send(message));
    expect(TwelvefoldError.isInstance(error, 'MESSAGE_INVALID')).toBe(true);
    expect(error.message).toContain("queue 'orders'");
    expect(error.message).toContain('sku:');
    expect(error.message).toContain('quantity:');
    expect(error.message).not.toMatch(/4711|secret-value/);
    expect(aws.calls).toHaveLength(0);
  });

  it('gives only field names for libraries whose messages quote values, and awaits asynchronous schemas', async () => {
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'quoting',
        validate: async () => ({ issues: [{ message: 'got "hunter2"', path: ['user', { key: 'tags' }, 0] }] }),
      },
    };
    const definition = queue('any', { schema });
    const error = await rejection(createSqsSender({ definition, url: URL_, aws }).send({}));
    expect(error.message).toContain('user.tags[0]: does not fit');
    expect(error.message).not.toContain('hunter2');
  });

  it('refuses what the reader could not parse again, although the schema takes it here', async () => {
    const definition = queue('dates', { schema: z.object({ at: z.date() }) });
    const error = await rejection(createSqsSender({ definition, url: URL_, aws }).send({ at: new Date() }));
    expect(TwelvefoldError.isInstance(error, 'MESSAGE_INVALID')).toBe(true);
    expect(error.message).toContain('at:');
  });

  it.each([
    ['a BigInt', 1n],
    ['a function', () => {}],
    ['undefined', undefined],
  ])('refuses %s as MESSAGE_INVALID', async (_name, message) => {
    const definition = queue('any', { schema: z.unknown() });
    const error = await rejection(createSqsSender({ definition, url: URL_, aws }).send(message));
    expect(TwelvefoldError.isInstance(error, 'MESSAGE_INVALID')).toBe(true);
  });

  it('escapes the characters that SQS would silently replace', async () => {
    await sender().send({ sku: 'a\uFFFEb\uFFFFc\u0001' });
    const body = aws.queue(URL_)[0]?.body ?? '';
    expect(body).not.toMatch(/[\uFFFE\uFFFF]/);
    expect(JSON.parse(body).sku).toBe('a\uFFFEb\uFFFFc\u0001');
  });

  it('takes exactly 1 MiB with its attributes and refuses one byte more, before any call', async () => {
    const scope = { kind: 'task', component: 'test', correlationId: 'c-1' } as const;
    const overhead = Buffer.byteLength(JSON.stringify({ sku: '' })) + 'correlationId'.length + 'String'.length + 3;
    const fits = 'x'.repeat(MIB - overhead);
    await runInScope(scope, () => sender().send({ sku: fits }));
    expect(aws.count('SendMessage')).toBe(1);
    const error = await rejection(runInScope(scope, () => sender().send({ sku: `${fits}x` })));
    expect(TwelvefoldError.isInstance(error, 'MESSAGE_TOO_LARGE')).toBe(true);
    expect(error.message).toContain(String(MIB + 1));
    expect(aws.count('SendMessage')).toBe(1);
  });

  it('counts every attribute by its name, type and value, in bytes and not in characters', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const scope = {
      kind: 'task',
      component: 'test',
      correlationId: 'c-1',
      sampled: true,
      trace: { traceparent },
    } as const;
    const attributes = `correlationIdStringc-1traceparentString${traceparent}correlationSampledString1`.length;
    const room = MIB - attributes - Buffer.byteLength(JSON.stringify({ sku: '' }));
    const euros = '€'.repeat(Math.floor(room / 3));
    const fits = euros + 'x'.repeat(room - Buffer.byteLength(euros));
    await runInScope(scope, () => sender().send({ sku: fits }));
    expect(aws.count('SendMessage')).toBe(1);
    expect(Object.keys(aws.calls[0]?.input.MessageAttributes)).toHaveLength(3); // of the ten that SQS takes
    const error = await rejection(runInScope(scope, () => sender().send({ sku: `${fits}x` })));
    expect(error.message).toContain(`it has ${MIB + 1} bytes`);
  });

  it('has a body whatever the message: empty text is JSON too', async () => {
    const definition = queue('any', { schema: z.unknown() });
    for (const message of ['', null, {}, []]) await createSqsSender({ definition, url: URL_, aws }).send(message);
    expect(aws.queue(URL_).map(({ body }) => body)).toEqual(['""', 'null', '{}', '[]']);
  });

  it('sends no character that SQS refuses, whatever the message has', async () => {
    let all = '';
    for (let code = 0; code <= 0xffff; code += 1) all += String.fromCharCode(code);
    await sender().send({ sku: all });
    const body = aws.queue(URL_)[0]?.body ?? '';
    // What SendMessage takes, by its API reference.
    expect(body).toMatch(/^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u);
    expect(JSON.parse(body).sku).toBe(all);
  });

  it("carries the scope's correlation and trace on", async () => {
    const trace = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      xray: 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1',
    };
    await runInScope({ kind: 'http', component: 'api', correlationId: 'c-42', trace }, () =>
      sender().send({ sku: 'A' }),
    );
    const { MessageAttributes, MessageSystemAttributes } = aws.calls[0]?.input ?? {};
    expect(MessageAttributes).toEqual({
      correlationId: { DataType: 'String', StringValue: 'c-42' },
      traceparent: { DataType: 'String', StringValue: trace.traceparent },
    });
    expect(MessageSystemAttributes).toEqual({ AWSTraceHeader: { DataType: 'String', StringValue: trace.xray } });
  });

  it('says of a flow that it is logged in detail', async () => {
    await runInScope({ kind: 'http', component: 'api', correlationId: 'c-42', sampled: true }, () =>
      sender().send({ sku: 'A' }),
    );
    expect(aws.calls[0]?.input.MessageAttributes).toEqual({
      correlationId: { DataType: 'String', StringValue: 'c-42' },
      correlationSampled: { DataType: 'String', StringValue: '1' },
    });
  });

  it('makes a correlation id outside of a scope', async () => {
    await sender().send({ sku: 'A' });
    expect(aws.calls[0]?.input.MessageAttributes.correlationId.StringValue).toMatch(/^[0-9a-f-]{36}$/);
    expect(aws.calls[0]?.input).not.toHaveProperty('MessageSystemAttributes');
  });

  it('passes a delay on in seconds and refuses what SQS would', async () => {
    await sender().send({ sku: 'A' }, { delay: '15m' });
    expect(aws.calls[0]?.input.DelaySeconds).toBe(900);
    // Sent explicitly, because a queue may have a default delay.
    await sender().send({ sku: 'A' }, { delay: '0s' });
    expect(aws.calls[1]?.input.DelaySeconds).toBe(0);
    await expect(sender().send({ sku: 'A' }, { delay: '901s' })).rejects.toThrow(/delay is 901s; SQS allows/);
    await expect(sender().send({ sku: 'A' }, { delay: '-1s' as '1s' })).rejects.toThrow(); // wrong on purpose
    await expect(sender().send({ sku: 'A' }, { delay: '16m' })).rejects.toThrow(RangeError);
    await expect(sender().send({ sku: 'A' }, { delay: '1.5s' })).rejects.toThrow(RangeError);
    expect(aws.calls).toHaveLength(2);
    const results = await sender().sendAll([{ sku: 'late' }, { sku: 'soon' }], {
      delay: ({ sku }) => (sku === 'late' ? '16m' : '15m'),
    });
    expect(results.map(({ ok }) => ok)).toEqual([false, true]);
  });

  it('refuses unknown options and a URL that is none', () => {
    const options = { definition: orders, url: URL_, aws, colour: 'blue' };
    expect(() => createSqsSender(options)).toThrow("unknown option 'colour'");
    expect(() => createSqsSender({ definition: orders, url: 'orders', aws })).toThrow("'url' is not a URL");
  });
});

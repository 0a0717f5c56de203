import { sqs } from '@twelvefold/aws';
import { createDlqCommands } from '@twelvefold/backing/internal/cli';
import { describe, expect, it } from 'vitest';
import {
  aws,
  clock,
  closed,
  contents,
  currency,
  dead,
  local,
  prepareDeadLetters,
  run,
  text,
  urls,
} from './dlq.fixture.ts';

prepareDeadLetters();

describe('twelvefold dlq', () => {
  it('lists, groups and shows, by name or URL, and leaves everything visible', async () => {
    const id = await dead('{"n":1}', currency);
    await dead('{"n":2}', currency);
    await dead('{"n":3}', closed);
    await dead('{"n":4}');
    const peeked = await run('dlq peek', { queue: 'orders-dead-letter' }, ['json']);
    expect(peeked.rows()).toHaveLength(4);
    expect(peeked.rows().find(({ messageId }) => messageId === id)).toMatchObject({
      fingerprint: '00000000000000aa',
      reason: 'unknown currency',
      sourceQueue: 'orders',
      correlationId: 'c-7',
    });
    const grouped = await run('dlq group', { queue: urls.dead ?? '' }, ['json']);
    expect(grouped.rows().map(({ fingerprint, count }) => [fingerprint, count])).toEqual([
      ['00000000000000aa', 2],
      ['00000000000000bb', 1],
      ['moved-by-sqs', 1],
    ]);
    const shown = await run('dlq show', { queue: 'orders-dead-letter', id });
    expect(shown.stdout).toContain('reason: unknown currency');
    expect(shown.stdout).toContain('attribute tenant: t-1');
    expect(shown.stdout).toMatch(/\n\n{"n":1}\n$/);
    expect((await contents('dead')).size).toBe(4);
    await expect(run('dlq show', { queue: 'orders-dead-letter', id: 'absent' })).rejects.toThrow(/no visible message/);
    await expect(run('dlq peek', { queue: 'absent' })).rejects.toThrow(/'absent': there is none of this name/);
  });

  it('does not look where receives push messages on, unless that is wanted', async () => {
    const QueueUrl = (urls.orders ?? '').replace(/orders$/, 'last');
    await aws().call(sqs, 'SendMessage', { QueueUrl, MessageBody: '{}' }, { access: 'write' });
    for (const name of ['dlq peek', 'dlq group', 'dlq show', 'dlq redrive']) {
      const looking = run(name, { queue: 'last', id: 'any', to: 'orders' }, ['dry-run']);
      await expect(looking).rejects.toMatchObject({
        code: 'USAGE',
        message: 'last moves a message on after 9 receives, and each look counts as one: say --confirm last',
      });
    }
    const input = { QueueUrl, MessageSystemAttributeNames: ['ApproximateReceiveCount'], VisibilityTimeout: 0 };
    const { Messages } = await aws().call(sqs, 'ReceiveMessage', input, { access: 'write' });
    expect(Messages?.[0]?.Attributes).toEqual({ ApproximateReceiveCount: '1' }); // this one
    expect((await run('dlq peek', { queue: 'last', confirm: 'last' }, ['json'])).rows()).toHaveLength(1);
  });

  it('asks at a terminal for the name, and does nothing when it is not typed', async () => {
    await dead('{"n":1}', currency);
    const redrive = { queue: 'orders-dead-letter', to: 'orders' };
    for (const answer of ['y', '']) {
      await expect(run('dlq redrive', redrive, [], { ask: async () => answer })).rejects.toMatchObject({
        code: 'USAGE',
        message: 'orders-dead-letter was not typed: nothing was done',
      });
    }
    const wrong = { ...redrive, confirm: 'orders' };
    const never = () => Promise.reject(new Error('it asked'));
    await expect(run('dlq redrive', wrong, [], { ask: never })).rejects.toMatchObject({ code: 'USAGE' });
    expect((await contents('orders')).size).toBe(0);
    const questions: string[] = [];
    const ask = async (question: string) => {
      questions.push(question);
      return ' orders-dead-letter ';
    };
    const moved = await run('dlq redrive', redrive, [], { ask });
    expect(questions).toEqual(['Type orders-dead-letter to go on: ']);
    expect(moved.stderr).toContain('about 1 messages of orders-dead-letter would go to orders\n');
    expect(moved.stdout).toContain('1 moved');
  });

  it('gives back what it holds when it is interrupted', async () => {
    for (let n = 0; n < 15; n += 1) await dead(`{"n":${n}}`, currency);
    const interrupted = new AbortController();
    let sent = 0;
    const real = aws();
    const commands = createDlqCommands({
      clock,
      openAws: () => ({
        ...real,
        async call(service, operation, input, options) {
          const output = await real.call(service, operation, input, options);
          if (String(operation) === 'DeleteMessage' && ++sent === 4) interrupted.abort(new Error('Interrupted'));
          return output;
        },
      }),
    });
    const options = { queue: 'orders-dead-letter', to: 'orders', confirm: 'orders-dead-letter' };
    await expect(run('dlq redrive', options, [], { commands, signal: interrupted.signal })).rejects.toThrow(
      'Interrupted',
    );
    expect((await contents('orders')).size).toBe(4);
    expect((await contents('dead')).size).toBe(11);
  });

  it('does not go round and round with what fails again', async () => {
    for (let n = 0; n < 5; n += 1) await dead(`{"n":${n}}`, currency);
    const real = aws();
    let sends = 0;
    const commands = createDlqCommands({
      clock,
      openAws: () => ({
        ...real,
        async call(service, operation, input, options) {
          const output = await real.call(service, operation, input, options);
          // A consumer that finds it to be poison again, at once.
          if (String(operation) === 'SendMessage' && ++sends < 50) await dead(`{"again":${sends}}`, currency);
          return output;
        },
      }),
    });
    const options = { queue: 'orders-dead-letter', to: 'orders', confirm: 'orders-dead-letter' };
    const moved = await run('dlq redrive', options, [], { commands });
    expect(moved.stdout).toBe('5 moved to orders, 5 left in orders-dead-letter\n');
    expect(moved.stderr).toContain('5 of those left came after the run began\n');
  });

  it("keeps the sender's own attributes as they are, though they are called as the notes are", async () => {
    const MessageAttributes = {
      reason: text('goodwill'),
      picture: { DataType: 'Binary.png', BinaryValue: new Uint8Array([0, 255, 7]) },
      cents: { DataType: 'Number', StringValue: '12' },
    };
    const QueueUrl = urls.dead ?? '';
    await aws().call(sqs, 'SendMessage', { QueueUrl, MessageBody: '{}', MessageAttributes }, { access: 'write' });
    await run('dlq redrive', { queue: QueueUrl, to: 'orders', confirm: 'orders-dead-letter' });
    const input = { QueueUrl: urls.orders ?? '', MessageAttributeNames: ['All'] };
    const { Messages } = await aws().call(sqs, 'ReceiveMessage', input, { access: 'write' });
    expect(Messages?.[0]?.MessageAttributes).toMatchObject(MessageAttributes);
  });

  it('moves only what is wanted, as it was before it failed, and only after its confirmation', async () => {
    for (let n = 0; n < 25; n += 1) await dead(`{"n":${n}}`, n % 5 === 0 ? closed : currency);
    const wanted = { queue: 'orders-dead-letter', to: 'orders', fingerprint: currency.fingerprint };
    await expect(run('dlq redrive', wanted)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/--confirm orders-dead-letter/),
    });
    await expect(run('dlq redrive', { ...wanted, confirm: 'orders' })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(run('dlq redrive', { ...wanted, to: 'orders-dead-letter' })).rejects.toMatchObject({ code: 'USAGE' });
    expect((await run('dlq redrive', wanted, ['dry-run'])).stdout).toBe(
      '20 would be moved to orders, 5 left in orders-dead-letter\n',
    );
    expect((await contents('orders')).size).toBe(0);
    const moved = await run('dlq redrive', { ...wanted, confirm: 'orders-dead-letter' });
    expect(moved).toMatchObject({ code: 0, stdout: '20 moved to orders, 5 left in orders-dead-letter\n' });
    const left = [...(await contents('dead')).keys()].toSorted();
    expect(left).toEqual(['{"n":0}', '{"n":10}', '{"n":15}', '{"n":20}', '{"n":5}']);
    const there = await contents('orders');
    expect(there.size).toBe(20);
    expect(there.get('{"n":1}')).toEqual({ correlationId: 'c-7', tenant: 't-1' });
  });

  it('moves no more than the limit, and leaves the rest visible', async () => {
    for (let n = 0; n < 8; n += 1) await dead(`{"n":${n}}`, currency);
    const options = {
      queue: 'orders-dead-letter',
      to: 'orders',
      limit: '3',
      rate: '1000',
      confirm: 'orders-dead-letter',
    };
    expect((await run('dlq redrive', options)).stdout).toContain('3 moved');
    expect((await contents('dead')).size).toBe(5);
    expect((await contents('orders')).size).toBe(3);
  });

  it('loses nothing when a send or a delete fails', async () => {
    for (let n = 0; n < 4; n += 1) await dead(`{"n":${n}}`, currency);
    const options = { queue: 'orders-dead-letter', to: 'orders', confirm: 'orders-dead-letter' };
    local.faults.add({ service: 'sqs', operation: 'DeleteMessage', kind: 'error500' });
    const twice = await run('dlq redrive', options);
    expect(twice.code).toBe(1);
    expect(twice.stderr).toContain('4 could not be deleted from orders-dead-letter');
    expect((await contents('dead')).size).toBe(4);
    local.faults.clear();
    local.faults.add({ service: 'sqs', operation: 'SendMessage', kind: 'error500' });
    await expect(run('dlq redrive', options)).rejects.toThrow();
    expect((await contents('dead')).size).toBe(4);
    local.faults.clear();
  });
});

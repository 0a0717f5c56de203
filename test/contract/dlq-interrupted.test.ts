import { sqs } from '@twelvefold/aws';
import { createDlqCommands, dlqCommands } from '@twelvefold/backing/internal/cli';
import type { Clock } from '@twelvefold/core';
import { describe, expect, it } from 'vitest';
import { aws, clock, closed, contents, currency, dead, local, prepareDeadLetters, run, urls } from './dlq.fixture.ts';

prepareDeadLetters();

describe('twelvefold dlq', () => {
  it('gives back the rest and says what it moved when its destination goes away half way', async () => {
    for (let n = 0; n < 15; n += 1) await dead(`{"n":${n}}`, currency);
    const real = aws();
    let sent = 0;
    const commands = createDlqCommands({
      clock,
      openAws: () => ({
        ...real,
        async call(service, operation, input, options) {
          if (String(operation) === 'SendMessage' && ++sent === 5) {
            await real.call(sqs, 'DeleteQueue' as never, { QueueUrl: urls.orders ?? '' } as never, {
              access: 'write',
            });
          }
          return real.call(service, operation, input, options);
        },
      }),
    });
    const options = { queue: 'orders-dead-letter', to: 'orders', confirm: 'orders-dead-letter' };
    let stdout = '';
    const running = run('dlq redrive', options, [], { commands, onStdout: (text) => (stdout += text) });
    await expect(running).rejects.toMatchObject({
      awsCode: expect.stringMatching(/NonExistentQueue|QueueDoesNotExist/),
    });
    expect(stdout).toBe('4 moved to orders, the rest left in orders-dead-letter\n');
    expect((await contents('dead')).size).toBe(11);
  });

  it('changes nothing in a dry run but the count of receives', async () => {
    for (let n = 0; n < 4; n += 1) await dead(`{"n":${n}}`, n % 2 ? currency : closed);
    const look = async () => {
      const names = { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All' as const] };
      const input = { QueueUrl: urls.dead ?? '', MaxNumberOfMessages: 10, VisibilityTimeout: 0, ...names };
      const { Messages = [] } = await aws().call(sqs, 'ReceiveMessage', input, { access: 'write' });
      return Messages.map(({ ReceiptHandle, Attributes, ...message }) => {
        const { ApproximateReceiveCount, ApproximateFirstReceiveTimestamp, ...attributes } = Attributes ?? {};
        return { ...message, attributes, receives: Number(ApproximateReceiveCount) };
      }).toSorted((a, b) => String(a.Body).localeCompare(String(b.Body)));
    };
    const before = await look();
    const dry = await run('dlq redrive', { queue: 'orders-dead-letter', to: 'orders' }, ['dry-run']);
    expect(dry).toMatchObject({ code: 0, stdout: '4 would be moved to orders, 0 left in orders-dead-letter\n' });
    // One for the dry run and one for looking again: it says that each look counts.
    expect(await look()).toEqual(before.map((message) => ({ ...message, receives: message.receives + 2 })));
    expect((await contents('orders')).size).toBe(0);
    const { options } = dlqCommands.find(({ name }) => name === 'dlq redrive') ?? {};
    expect(JSON.stringify(options)).toContain('each look counts as a receive');
  });

  it('keeps to its rate, and gives back what it holds when it is interrupted while it waits', async () => {
    for (let n = 0; n < 6; n += 1) await dead(`{"n":${n}}`, currency);
    const interrupted = new AbortController();
    let now = 0;
    const waits: number[] = [];
    const rated: Clock = {
      ...clock,
      monotonic: () => now,
      sleep: async (ms, signal) => {
        waits.push(ms);
        if (waits.length === 4) interrupted.abort(new Error('Interrupted'));
        signal?.throwIfAborted();
        now += ms;
      },
    };
    const commands = createDlqCommands({ clock: rated, openAws: aws });
    const options = { queue: 'orders-dead-letter', to: 'orders', rate: '2', confirm: 'orders-dead-letter' };
    const running = run('dlq redrive', options, [], { commands, signal: interrupted.signal });
    await expect(running).rejects.toThrow('Interrupted');
    expect(waits).toEqual([500, 500, 500, 500]); // the first goes at once
    expect((await contents('orders')).size).toBe(4);
    expect((await contents('dead')).size).toBe(2);
  });

  it('finds what is behind messages that are visible again because the run takes longer than it hides them', async () => {
    for (let n = 0; n < 30; n += 1) await dead(`{"n":${n}}`, closed);
    for (let n = 30; n < 45; n += 1) await dead(`{"n":${n}}`, currency);
    const real = aws();
    const answers: unknown[] = [];
    const commands = createDlqCommands({
      clock,
      openAws: () => ({
        ...real,
        async call(service, operation, input, options) {
          if (String(operation) !== 'ReceiveMessage') return real.call(service, operation, input, options);
          // After four receives their time is over, and the oldest come again before anything else.
          const answer =
            answers.length < 4 || answers.length > 7
              ? await real.call(service, operation, input, options)
              : answers[answers.length - 4];
          answers.push(answer);
          return answer as never; // one of the real ones
        },
      }),
    });
    const { fingerprint } = currency;
    const options = { queue: 'orders-dead-letter', to: 'orders', confirm: 'orders-dead-letter', fingerprint };
    const moved = await run('dlq redrive', options, [], { commands });
    expect(moved.stdout).toBe('15 moved to orders, 30 left in orders-dead-letter\n');
    expect((await contents('orders')).size).toBe(15);
    expect((await contents('dead')).size).toBe(30);
  });

  it('shows a queue that another command looks through as it is: hidden until that one ends, and says so', async () => {
    for (let n = 0; n < 3; n += 1) await dead(`{"n":${n}}`, currency);
    const real = aws();
    const gate = Promise.withResolvers<void>();
    const looking = Promise.withResolvers<void>();
    const slow = createDlqCommands({
      clock,
      openAws: () => ({
        ...real,
        async call(service, operation, input, options) {
          const output = await real.call(service, operation, input, options);
          if (String(operation) === 'ReceiveMessage') {
            looking.resolve();
            await gate.promise;
          }
          return output;
        },
      }),
    });
    const peeking = run('dlq peek', { queue: 'orders-dead-letter' }, ['json'], { commands: slow });
    await looking.promise;
    const options = { queue: 'orders-dead-letter', to: 'orders', confirm: 'orders-dead-letter' };
    const blind = await run('dlq redrive', options);
    expect(blind.stdout).toBe('0 moved to orders, 0 left in orders-dead-letter\n');
    expect(blind.stderr).toContain('about 3 of orders-dead-letter are held by other readers and will not be found\n');
    gate.resolve();
    expect((await peeking).rows()).toHaveLength(3);
    // At once, not when ten minutes are over.
    expect((await run('dlq redrive', options)).stdout).toBe('3 moved to orders, 0 left in orders-dead-letter\n');
  });

  it('tells what failed at its last receive from what was only interrupted', async () => {
    await dead('{"n":1}', { reason: 'its last receive failed: RangeError', fingerprint: '00000000000000cc' });
    await dead('{"n":2}');
    const { rows } = await run('dlq group', { queue: 'orders-dead-letter' }, ['json']);
    expect(rows().toSorted((a, b) => a.fingerprint.localeCompare(b.fingerprint))).toMatchObject([
      { fingerprint: '00000000000000cc', reason: 'its last receive failed: RangeError', count: 1 },
      { fingerprint: 'moved-by-sqs', reason: expect.stringContaining('interrupted at its last receive'), count: 1 },
    ]);
    const back = { queue: 'orders-dead-letter', to: 'orders', fingerprint: 'moved-by-sqs' };
    await run('dlq redrive', { ...back, confirm: 'orders-dead-letter' });
    expect([...(await contents('orders')).keys()]).toEqual(['{"n":2}']);
  });

  it('moves a message of a FIFO queue once although the run before could not delete it', async () => {
    const input = { MessageBody: 'a', MessageGroupId: 'g', MessageDeduplicationId: 'a' };
    await aws().call(sqs, 'SendMessage', { QueueUrl: urls.deadFifo ?? '', ...input }, { access: 'write' });
    const options = { queue: 'steps-dead-letter.fifo', to: 'steps.fifo', confirm: 'steps-dead-letter.fifo' };
    local.faults.add({ service: 'sqs', operation: 'DeleteMessage', kind: 'error500' });
    expect((await run('dlq redrive', options)).code).toBe(1);
    local.faults.clear();
    expect((await run('dlq redrive', options)).code).toBe(0);
    const names = ['ApproximateNumberOfMessages' as const];
    const counted = { QueueUrl: urls.steps ?? '', AttributeNames: names };
    const { Attributes } = await aws().call(sqs, 'GetQueueAttributes', counted, { access: 'read' });
    expect(Attributes).toEqual({ ApproximateNumberOfMessages: '1' });
  });

  it('keeps the order of a FIFO queue', async () => {
    const send = (group: string, n: number) => ({
      QueueUrl: urls.deadFifo ?? '',
      MessageBody: `${group}${n}`,
      MessageGroupId: group,
      MessageDeduplicationId: `${group}${n}`,
    });
    for (let n = 0; n < 24; n += 1) await aws().call(sqs, 'SendMessage', send(`g${n % 2}`, n), { access: 'write' });
    const options = { queue: 'steps-dead-letter.fifo', to: 'steps.fifo', confirm: 'steps-dead-letter.fifo' };
    expect((await run('dlq redrive', options)).stdout).toContain('24 moved');
    const seen: string[] = [];
    for (let turn = 0; turn < 10; turn += 1) {
      const names = { MessageSystemAttributeNames: ['MessageGroupId' as const] };
      const input = { QueueUrl: urls.steps ?? '', MaxNumberOfMessages: 10, ...names };
      const { Messages = [] } = await aws().call(sqs, 'ReceiveMessage', input, { access: 'write' });
      for (const { Body = '', ReceiptHandle = '', Attributes } of Messages) {
        seen.push(Body);
        expect(Attributes).toEqual({ MessageGroupId: Body.slice(0, 2) });
        await aws().call(sqs, 'DeleteMessage', { QueueUrl: urls.steps ?? '', ReceiptHandle }, { access: 'write' });
      }
    }
    for (const group of ['g0', 'g1']) {
      const numbers = seen.filter((one) => one.startsWith(group)).map((one) => Number(one.slice(2)));
      expect(numbers).toHaveLength(12);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  });
});

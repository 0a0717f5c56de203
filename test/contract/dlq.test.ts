import { createAws, sqs } from '@twelvefold/aws';
import { createDlqCommands, dlqCommands } from '@twelvefold/backing/internal/cli';
import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import type { LocalAws } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const region = 'eu-west-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const env = () => ({
  AWS_ENDPOINT_URL: local.url,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
});
let local: LocalAws;
let urls: Record<string, string>;

beforeEach(async () => {
  local = await startLocalAws();
  const queue = (name: string, more: object = {}) => ({
    Type: 'AWS::SQS::Queue',
    Properties: { QueueName: name, ...more },
  });
  const { outputs } = await provision(
    {
      Resources: {
        Dead: queue('orders-dead-letter'),
        Orders: queue('orders'),
        Last: queue('last', {
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 9 },
        }),
        DeadFifo: queue('steps-dead-letter.fifo', { FifoQueue: true }),
        Steps: queue('steps.fifo', { FifoQueue: true }),
      },
      Outputs: {
        dead: { Value: { Ref: 'Dead' } },
        orders: { Value: { Ref: 'Orders' } },
        deadFifo: { Value: { Ref: 'DeadFifo' } },
        steps: { Value: { Ref: 'Steps' } },
      },
    },
    { endpoint: local.url, region, credentials },
  );
  urls = outputs;
});
afterEach(() => local.close());

const aws = () => createAws({ env: env() });
const text = (StringValue: string) => ({ DataType: 'String', StringValue });

/** A dead letter as a consumer sends it, or as SQS moves it when there is no reason. */
async function dead(body: string, reason?: { reason: string; fingerprint: string }) {
  const notes = reason && {
    reason: text(reason.reason),
    errorFingerprint: text(reason.fingerprint),
    sourceQueue: text('orders'),
  };
  const MessageAttributes = { correlationId: text('c-7'), tenant: text('t-1'), ...notes };
  const input = { QueueUrl: urls.dead ?? '', MessageBody: body, MessageAttributes };
  const { MessageId = '' } = await aws().call(sqs, 'SendMessage', input, { access: 'write' });
  return MessageId;
}

async function contents(queue: string) {
  const input = {
    QueueUrl: urls[queue] ?? '',
    MaxNumberOfMessages: 10,
    VisibilityTimeout: 0,
    MessageAttributeNames: ['All'],
  };
  const found = new Map<string, Record<string, string>>();
  for (let turn = 0; turn < 5; turn += 1) {
    const { Messages = [] } = await aws().call(sqs, 'ReceiveMessage', input, { access: 'write' });
    for (const { Body = '', MessageAttributes = {} } of Messages)
      found.set(
        Body,
        Object.fromEntries(Object.entries(MessageAttributes).map(([key, value]) => [key, value.StringValue ?? ''])),
      );
  }
  return found;
}

interface At {
  onStdout?(text: string): void;
  ask?(question: string): Promise<string>;
  signal?: AbortSignal;
  commands?: ReturnType<typeof createDlqCommands>;
}

async function run(name: string, given: Record<string, string>, flags: readonly string[] = [], at: At = {}) {
  const { commands = dlqCommands, onStdout, ...io } = at;
  const command = commands.find((one) => one.name === name);
  if (!command) throw new Error(`there is no ${name}`);
  const defaults = Object.fromEntries(
    Object.entries(command.options).flatMap(([key, option]) =>
      'default' in option ? [[key, String(option.default)]] : [],
    ),
  );
  const values: Record<string, string | undefined> = { ...defaults, ...given };
  let [stdout, stderr] = ['', ''];
  const code = await command.run(
    { text: (key) => values[key] ?? '', optional: (key) => values[key], flag: (key) => flags.includes(key) },
    {
      ...io,
      env: env(),
      stdout: {
        write: (line) => {
          stdout += line;
          onStdout?.(line);
        },
      },
      stderr: { write: (line) => (stderr += line) },
    },
  );
  return {
    code,
    stdout,
    stderr,
    rows: () =>
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}

const currency = { reason: 'unknown currency', fingerprint: '00000000000000aa' };
const closed = { reason: 'the account is closed', fingerprint: '00000000000000bb' };

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
    await expect(run('dlq show', { queue: 'orders-dead-letter', id: 'nobody' })).rejects.toThrow(/no visible message/);
    await expect(run('dlq peek', { queue: 'nobody' })).rejects.toThrow(/'nobody': there is none of this name/);
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
      clock: systemClock,
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
      clock: systemClock,
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

  it('gives back the rest and says what it moved when its destination goes away half way', async () => {
    for (let n = 0; n < 15; n += 1) await dead(`{"n":${n}}`, currency);
    const real = aws();
    let sent = 0;
    const commands = createDlqCommands({
      clock: systemClock,
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
    const clock: Clock = {
      ...systemClock,
      monotonic: () => now,
      sleep: async (ms, signal) => {
        waits.push(ms);
        if (waits.length === 4) interrupted.abort(new Error('Interrupted'));
        signal?.throwIfAborted();
        now += ms;
      },
    };
    const commands = createDlqCommands({ clock, openAws: aws });
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
      clock: systemClock,
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
      clock: systemClock,
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
    expect(blind.stderr).toContain('about 3 of orders-dead-letter are held by somebody else and will not be found\n');
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

import { createTestClock } from '@twelvefold/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createSqsSender } from '../queue/drivers/sqs-sender.ts';
import { queue } from '../queue/queue.ts';
import { awsFailure, createSqsModel } from '../testing/sqs-model.ts';

const URL_ = 'https://sqs.eu-west-1.amazonaws.com/123456789012/steps.fifo';
const Step = z.object({ account: z.string(), n: z.number() });
const steps = queue('steps', { schema: Step, fifo: { group: 'account' } });

function setUp(definition = steps) {
  const clock = createTestClock();
  const aws = createSqsModel(clock);
  const sender = createSqsSender({ definition, url: URL_, aws, clock, random: () => 0 });
  const run = async <T>(work: Promise<T>): Promise<T> => {
    let done = false;
    void work.finally(() => {
      done = true;
    });
    for (let turn = 0; !done && turn < 1_000; turn += 1) await clock.advance(1_000);
    return work;
  };
  /** The messages on the queue, group by group. */
  const stored = () => {
    const groups: Record<string, number[]> = {};
    for (const { body } of aws.queue(URL_)) {
      const { account, n } = Step.parse(JSON.parse(body));
      groups[account] ??= [];
      groups[account].push(n);
    }
    return groups;
  };
  const batches = () => aws.calls.map(({ input }) => input.Entries as Array<Record<string, string>>);
  return { aws, sender, run, stored, batches };
}

const step = (account: string, n: number) => ({ account, n });

describe('sendAll in order', () => {
  it('has one message of a group on its way at a time, groups side by side', async () => {
    const { sender, run, stored, batches } = setUp();
    const messages = Array.from({ length: 100 }, (_, n) => step(`a-${n % 20}`, n));
    const results = await run(sender.sendAll(messages));
    expect(results.every(({ ok }) => ok)).toBe(true);
    for (const batch of batches()) expect(new Set(batch.map((entry) => entry.MessageGroupId)).size).toBe(batch.length);
    expect(batches()).toHaveLength(10);
    for (const numbers of Object.values(stored())) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  it('tries a refused entry again under the same id and lets nothing of its group overtake it', async () => {
    const { aws, sender, run, stored, batches } = setUp();
    let refusals = 2;
    aws.failEntry = ({ input }, id) => {
      const { MessageBody } = input.Entries[Number(id)];
      return MessageBody.includes('"n":1}') && refusals-- > 0
        ? { SenderFault: false, Code: 'InternalError' }
        : undefined;
    };
    const results = await run(sender.sendAll([step('a', 1), step('b', 2), step('a', 3), step('b', 4), step('a', 5)]));
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    expect(stored()).toEqual({ a: [1, 3, 5], b: [2, 4] });
    const ids = batches().flatMap((batch) => batch.filter((entry) => entry.MessageBody === '{"account":"a","n":1}'));
    expect(ids).toHaveLength(3);
    expect(new Set(ids.map((entry) => entry.MessageDeduplicationId)).size).toBe(1);
  });

  it('holds back what comes after a message that is refused for good, and only that', async () => {
    const { aws, sender, run, stored } = setUp();
    aws.failEntry = ({ input }, id) =>
      input.Entries[Number(id)].MessageBody.includes('"n":1}') ? { SenderFault: true, Code: 'Refused' } : undefined;
    const results = await run(sender.sendAll([step('a', 0), step('a', 1), step('b', 2), step('a', 3), step('b', 4)]));
    expect(results.map((result) => (result.ok ? 'sent' : (result.error as { code?: string }).code))).toEqual([
      'sent',
      'MESSAGE_REFUSED',
      'sent',
      'MESSAGE_HELD_BACK',
      'sent',
    ]);
    expect(stored()).toEqual({ a: [0], b: [2, 4] });
  });

  it('holds back what comes after a message that is refused here: too large, or of no good', async () => {
    const noted = queue('steps', {
      schema: z.object({ account: z.string(), n: z.number(), note: z.optional(z.string()) }),
      fifo: { group: 'account' },
    });
    const { aws, sender, run, stored } = setUp(noted as unknown as typeof steps); // a message with a note is one of both
    const wrong = { account: 'b', n: 'no number' } as unknown as z.infer<typeof Step>; // wrong on purpose
    const large = { ...step('a', 1), note: 'x'.repeat(1_048_576) };
    const results = await run(
      sender.sendAll([step('a', 0), large, wrong, step('a', 2), step('b', 3), step('c', 4), step('a', 5)]),
    );
    expect(results.map((result) => (result.ok ? 'sent' : (result.error as { code?: string }).code))).toEqual([
      'sent',
      'MESSAGE_TOO_LARGE',
      'MESSAGE_INVALID',
      'MESSAGE_HELD_BACK',
      'MESSAGE_HELD_BACK',
      'sent',
      'MESSAGE_HELD_BACK',
    ]);
    expect(stored()).toEqual({ a: [0], c: [4] });
    expect(aws.calls).toHaveLength(1);
  });

  it('keeps every order and sends everything once, whatever passes for a while', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 }),
        fc.array(fc.boolean(), { maxLength: 40 }),
        fc.boolean(),
        async (groups, faults, asynchronous) => {
          const { aws, sender, run, stored } = setUp();
          aws.before = () => (faults.pop() ? awsFailure('Throttled', true) : undefined);
          aws.failEntry = () => (faults.pop() ? { SenderFault: false, Code: 'InternalError' } : undefined);
          const messages = groups.map((group, n) => step(`a-${group}`, n));
          async function* source() {
            yield* messages;
          }
          const results = await run(sender.sendAll(asynchronous ? source() : messages));
          expect(results).toHaveLength(messages.length);
          const wanted: Record<string, number[]> = {};
          // A message that was refused five times holds the rest of its group back: a prefix of the
          // order arrives.
          for (const { account, n } of messages) {
            wanted[account] ??= [];
            wanted[account].push(n);
          }
          for (const [account, numbers] of Object.entries(stored()))
            expect(numbers).toEqual(wanted[account]?.slice(0, numbers.length));
          const sent = results.filter(({ ok }) => ok).length;
          expect(Object.values(stored()).flat()).toHaveLength(sent);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('reads its source no further than a bound while one group holds everything up', async () => {
    const { aws, sender, run } = setUp();
    let pulled = 0;
    aws.before = () => {
      expect(pulled - aws.queue(URL_).length).toBeLessThanOrEqual(162);
      return undefined;
    };
    function* source() {
      for (; pulled < 400; ) yield step('a', pulled++);
    }
    const results = await run(sender.sendAll(source()));
    expect(results.filter(({ ok }) => ok)).toHaveLength(400);
  });
});

describe('groups', () => {
  it('makes fair shares of a standard queue without holding anything up', async () => {
    const { sender, run, batches } = setUp(queue('steps', { schema: Step }));
    await run(sender.sendAll([step('a', 1), step('a', 2)], { group: ({ account }) => account }));
    expect(batches()).toHaveLength(1);
    expect(batches()[0]?.map((entry) => [entry.MessageGroupId, entry.MessageDeduplicationId])).toEqual([
      ['a', undefined],
      ['a', undefined],
    ]);
  });

  it('refuses, before anything is sent, what SQS would refuse', async () => {
    const { aws, sender } = setUp();
    await expect(sender.send(step('', 1))).rejects.toThrow(/its group is not 1 to 128/);
    await expect(sender.send(step('two words', 1))).rejects.toThrow(/its group is not 1 to 128/);
    await expect(sender.send(step('a', 1), { delay: '1s' })).rejects.toThrow(/one delay for all/);
    const plain = setUp(queue('steps', { schema: Step }));
    await expect(plain.sender.send(step('a', 1), { deduplicationId: 'x' })).rejects.toThrow(
      /only a FIFO queue or topic/,
    );
    const ungrouped = setUp(queue('steps', { schema: Step, fifo: true }));
    await expect(ungrouped.sender.send(step('a', 1))).rejects.toThrow(/no group to keep order in; give it as 'group'/);
    await ungrouped.sender.send(step('a', 1), { group: 'g', deduplicationId: 'd' });
    expect(ungrouped.aws.calls[0]?.input).toMatchObject({ MessageGroupId: 'g', MessageDeduplicationId: 'd' });
    expect(aws.calls).toHaveLength(0);
  });
});

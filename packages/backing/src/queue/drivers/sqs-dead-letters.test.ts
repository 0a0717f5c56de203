import type { Aws } from '@twelvefold/aws';
import { expect, it } from 'vitest';
import type { DeadLetter } from '../port.ts';
import { openDeadLetters } from './sqs-dead-letters.ts';

/** A queue whose dead-letter queue has two letters. */
function setUp() {
  const calls: Array<[operation: string, signal: AbortSignal | undefined]> = [];
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:111122223333:dead' });
  const Messages = ['m-1', 'm-2'].map((MessageId) => ({ MessageId, ReceiptHandle: MessageId, Body: '{}' }));
  const answers: Record<string, unknown> = {
    GetQueueAttributes: { Attributes: { RedrivePolicy, ApproximateNumberOfMessages: '2' } },
    GetQueueUrl: { QueueUrl: 'https://sqs.example/1/dead' },
    ReceiveMessage: { Messages },
  };
  const call = async (_service: unknown, operation: string, _input: unknown, { signal }: { signal?: AbortSignal }) => {
    calls.push([operation, signal]);
    return answers[operation] ?? {};
  };
  const aws = { call } as unknown as Aws; // nothing else is called
  return { client: openDeadLetters('https://sqs.example/1/orders', aws), calls };
}

it('redrives the letter that the loop is at, and keeps none that it has passed', async () => {
  const { client, calls } = setUp();
  const passed: DeadLetter[] = [];
  for await (const letter of client.deadLetters()) {
    const [before] = passed;
    if (before) {
      await expect(client.redrive(before)).rejects.toThrow('Cannot redrive message m-1');
      await client.redrive(letter);
      break;
    }
    passed.push(letter);
  }
  expect(calls.filter(([operation]) => operation === 'SendMessage')).toHaveLength(1);
});

it('counts with the signal of its caller', async () => {
  const { client, calls } = setUp();
  const { signal } = new AbortController();
  expect(await client.countDeadLetters({ signal })).toBe(2);
  expect(calls).toEqual([
    ['GetQueueAttributes', signal],
    ['GetQueueUrl', signal],
    ['GetQueueAttributes', signal],
  ]);
});

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { ConsumerEvent } from './consumer-event.ts';
import { reportEvents } from './report-events.ts';

const message = { messageId: 'm-1', correlationId: 'c-1', receiveCount: 2 };

function linesOf(...events: ConsumerEvent[]): string[] {
  const lines: string[] = [];
  const listener = reportEvents('orders', (line) => lines.push(line));
  for (const event of events) listener(event);
  return lines;
}

describe('the log of a consumer without a listener', () => {
  it('has a line with message and stack for each failure', () => {
    const [line = ''] = linesOf({ type: 'retried', error: new RangeError('boom'), delayMs: 1_000, ...message });
    expect(line).toContain(
      "queue 'orders', message m-1: failed at receive 2 and comes again in 1000 ms: RangeError: boom\n",
    );
    expect(line).toContain('report-events.test.ts');
    expect(
      linesOf(
        { type: 'poisoned', reason: 'body is not JSON', fingerprint: 'f', moved: true, ...message },
        { type: 'receiveFailed', error: 'down', attempt: 3, delayMs: 500 },
        { type: 'deleteFailed', messageId: 'm-1', error: new Error('gone') },
      ),
    ).toEqual([
      "queue 'orders', message m-1: moved to the dead-letter queue (body is not JSON)",
      "queue 'orders': cannot receive, attempt 3; trying again in 500 ms: down",
      expect.stringContaining("queue 'orders', message m-1: was handled but not deleted, and comes again: Error: gone"),
    ]);
  });

  it('has nothing of messages that were handled', () => {
    expect(linesOf({ type: 'received', count: 1, ageMs: 0 }, { type: 'handled', durationMs: 1, ...message })).toEqual(
      [],
    );
  });

  it('is standard error', () => {
    const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
    const script = `
      const { createSqsConsumer } = await import(${at('drivers/sqs-consumer.ts')});
      const { orders, QUEUE_URL: url } = await import(${at('../testing/orders-consumer.ts')});
      const { createSqsModel } = await import(${at('../testing/sqs-model.ts')});
      const { createTestClock } = await import('@twelvefold/core/testing');
      const clock = createTestClock();
      const aws = createSqsModel(clock);
      const handle = async () => { throw new Error('boom'); };
      const consumer = createSqsConsumer({ definition: orders, url, aws, component: 'orders', handle, clock });
      aws.put(url, '{"n":1}');
      await consumer.start();
      await clock.advance(500);
      console.log(consumer.health().failed);
    `;
    const args = ['--conditions=@twelvefold/source', '--input-type=module', '-e', script];
    const run = spawnSync(process.execPath, args, { cwd: import.meta.dirname, encoding: 'utf8' });
    expect(run.stdout).toBe('1\n');
    expect(run.stderr).toMatch(
      /^queue 'orders', message \S+: failed at receive 1 and comes again in \d+ ms: Error: boom\n/,
    );
  });
});

import { runInScope } from '@twelvefold/lifecycle';
import { describe, expect, test } from 'vitest';
import { logConsumerEvent } from './log-consumer-event.ts';
import { createTelemetry } from './telemetry.ts';

function recorded(env: Record<string, string> = {}, format: 'json' | 'pretty' = 'json') {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  return { lines, ...createTelemetry({ app: 'orders', env, format, facts: {}, write }) };
}

const messages = (lines: readonly string[]) => lines.map((line) => (JSON.parse(line) as { message: string }).message);

describe('debug lines held back', () => {
  const message = { messageId: 'm-1', receiveCount: 1, correlationId: 'c-1' } as const;
  const run = async (env: Record<string, string>, fails: boolean) => {
    const { logger, lines } = recorded(env);
    await runInScope({ kind: 'message', component: 'orders' }, () => {
      logger.debug('detail', { pad: 'x'.repeat(500) });
      if (fails) logConsumerEvent(logger, { type: 'retried', error: new Error('no'), delayMs: 5, ...message });
      else logConsumerEvent(logger, { type: 'handled', durationMs: 5, ...message });
    });
    return messages(lines);
  };

  test('are written when a message fails, although that is a warning only', async () => {
    const env = { TWELVEFOLD_LOG_BUFFER: 'on' };
    expect(await run(env, true)).toEqual(['detail', 'message failed and comes again']);
    expect(await run(env, false)).toEqual(['message handled']);
  });

  test('are none without the variable, and no more than its bytes', async () => {
    expect(await run({}, true)).toEqual(['message failed and comes again']);
    expect(await run({ TWELVEFOLD_LOG_BUFFER: 'off' }, true)).toEqual(['message failed and comes again']);
    const evicted = expect.stringContaining('evicted');
    expect(await run({ TWELVEFOLD_LOG_BUFFER: '100' }, true)).toEqual([evicted, 'message failed and comes again']);
  });

  test('are written when their scope is slow', async () => {
    const env = { TWELVEFOLD_LOG_BUFFER: 'on', TWELVEFOLD_LOG_SLOW: '0ms' };
    expect(await run(env, false)).toEqual(['message handled', 'detail']);
  });

  test.each([
    ['TWELVEFOLD_LOG_BUFFER', 'yes'],
    ['TWELVEFOLD_LOG_BUFFER', '-1'],
    ['TWELVEFOLD_LOG_SLOW', 'often'],
  ])('%s=%s is reported and ignored', (name, value) => {
    const { lines } = recorded({ TWELVEFOLD_LOG_BUFFER: 'on', [name]: value });
    expect(messages(lines)).toEqual([expect.stringContaining(`Ignored ${name}`)]);
  });
});

test('colours on a terminal, none with NO_COLOR', () => {
  const shown = (env: Record<string, string>) => {
    const { logger, lines } = recorded(env, 'pretty');
    logger.info('hello');
    return lines[0];
  };
  expect(shown({})).toContain('\u001b[');
  expect(shown({ NO_COLOR: '' })).toContain('\u001b['); // no-color.org: "when present and not an empty string"
  expect(shown({ NO_COLOR: '1' })).not.toContain('\u001b');
});

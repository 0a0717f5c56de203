import { expect, it } from 'vitest';
import { createBackground } from './background.ts';
import { createCallLog } from './call-log.ts';
import { createClock } from './clock.ts';

function setUp() {
  const clock = createClock(() => 0);
  const calls = createCallLog();
  const lines: string[] = [];
  return { clock, calls, lines, background: createBackground({ clock, calls, log: (line) => lines.push(line) }) };
}

const fail = () => {
  throw new TypeError('request is not a function');
};

it('turns a failure into a log line and a recorded call, also of a promise', async () => {
  const { calls, lines, background } = setUp();
  background.run('sns', fail);
  background.run('secretsmanager', async () => fail());
  await new Promise(setImmediate);
  expect(lines).toEqual([
    expect.stringContaining('background work of sns failed: TypeError: request is not a function'),
    expect.stringContaining('background work of secretsmanager failed: TypeError'),
  ]);
  expect(calls.list({ service: 'sns' })).toMatchObject([
    { operation: 'Background', status: 500, error: 'TypeError: request is not a function' },
  ]);
});

it('handles the failure of a timer, so that neither the process nor who moves the clock gets it', () => {
  const { clock, calls, lines, background } = setUp();
  const fired: string[] = [];
  background.clockFor('sqs').after(1000, fail);
  background.clockFor('sqs').after(2000, () => fired.push('later'));
  clock.advance(3000);
  expect(fired).toEqual(['later']);
  expect(lines).toHaveLength(1);
  expect(calls.list({ service: 'sqs' })).toMatchObject([{ atMs: 1000, status: 500 }]);
});

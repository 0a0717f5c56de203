import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createAsk, interruption } from './command-line.ts';

it('asks for a line, and takes an end of input for no answer', async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const ask = createAsk(input, output);
  const answer = ask('Type it: ');
  input.write('orders\n');
  expect(await answer).toBe('orders');
  expect(String(output.read())).toContain('Type it: ');
  const none = ask('Once more: ');
  input.end();
  expect(await none).toBe('');
});

it('aborts once: the second Ctrl-C ends the process', () => {
  const process = new EventEmitter();
  const signal = interruption(process);
  expect(signal.aborted).toBe(false);
  process.emit('SIGINT');
  expect(signal.aborted).toBe(true);
  expect(process.listenerCount('SIGINT')).toBe(0);
});

import { stderr } from 'node:process';
import { expect, test, vi } from 'vitest';
import { errorReporter } from './error-reporter.ts';

test('an error without a listener, or whose listener fails, is a line on standard error', () => {
  const write = vi.spyOn(stderr, 'write').mockReturnValue(true);
  errorReporter(undefined)('down');
  const onError = vi.fn(() => {
    throw new Error('broken');
  });
  errorReporter(onError)(new Error('up'));
  const lines = write.mock.calls.map(([line]) => line);
  write.mockRestore();
  expect(onError).toHaveBeenCalledWith(new Error('up'));
  expect(lines).toEqual(['down\n', 'up\n', 'The onError of a mapping failed: broken\n']);
});

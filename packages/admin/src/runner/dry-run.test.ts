import { expect, it } from 'vitest';
import { dryRunClient } from './dry-run.ts';

it('a dry run records writes, answers them, and throws where a result cannot be known', async () => {
  const calls: string[] = [];
  const client = {
    get: async (id: string) => ({ id }),
    put: async (row: object) => void calls.push(`put ${JSON.stringify(row)}`),
    update: async (_id: string) => ({ total: 1 }),
    operation: () => 'plain',
  };
  const writes: string[] = [];
  const dry = dryRunClient('table', client, { get: 'pass', put: 'done', operation: 'pass' }, (resource, method) =>
    writes.push(`${resource}.${method}`),
  );
  expect(await dry.get('a')).toEqual({ id: 'a' });
  expect(await dry.put({})).toBeUndefined();
  expect(dry.operation()).toBe('plain');
  const result = await dry.update('a');
  expect(() => result.total).toThrow(
    expect.objectContaining({
      code: 'DRY_RUN_UNKNOWN',
      message: expect.stringContaining("'total' of the result of table.update()"),
    }),
  );
  expect(calls).toEqual([]);
  expect(writes).toEqual(['table.put', 'table.update']);
});

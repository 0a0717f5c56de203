import type { Aws } from '@twelvefold/aws';
import { ssm } from '@twelvefold/aws';
import { expect, it } from 'vitest';
import { cacheReads } from './cache-reads.ts';

function fakeAws() {
  const calls: string[] = [];
  let failures = 0;
  const aws: Aws = {
    as: () => aws,
    call: async (_service, operation, input) => {
      calls.push(`${operation} ${JSON.stringify(input)}`);
      if (failures-- > 0) throw new Error('Rate exceeded');
      return { number: calls.length } as never; // no test looks closer
    },
  };
  return { aws, calls, fail: (times: number) => (failures = times) };
}
const read = (aws: Aws, name: string) => aws.call(ssm, 'GetParameters', { Names: [name] }, { access: 'read' });

it('makes a read that was answered once, also under another component, and a failed one again', async () => {
  const { aws, calls, fail } = fakeAws();
  const cached = cacheReads(aws);
  const first = await read(cached.aws, 'a');
  fail(1);
  await expect(read(cached.aws, 'b')).rejects.toThrow('Rate exceeded');
  expect(await read(cached.aws.as('orders'), 'a')).toBe(first);
  await read(cached.aws, 'b');
  expect(calls).toEqual([
    'GetParameters {"Names":["a"]}',
    'GetParameters {"Names":["b"]}',
    'GetParameters {"Names":["b"]}',
  ]);
});

it('makes every call after the release, and every write', async () => {
  const { aws, calls } = fakeAws();
  const cached = cacheReads(aws);
  const write = () => cached.aws.call(ssm, 'PutParameter', { Name: 'a', Value: '1' }, { access: 'write' });
  await write();
  await write();
  await read(cached.aws, 'a');
  cached.release();
  await read(cached.aws, 'a');
  expect(calls).toHaveLength(4);
});

import type { Aws } from '@twelvefold/aws';
import { ssm } from '@twelvefold/aws';
import { expect, it } from 'vitest';
import { keepAnswers } from './keep-answers.ts';

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
  const kept = keepAnswers(aws);
  const first = await read(kept.aws, 'a');
  fail(1);
  await expect(read(kept.aws, 'b')).rejects.toThrow('Rate exceeded');
  expect(await read(kept.aws.as('orders'), 'a')).toBe(first);
  await read(kept.aws, 'b');
  expect(calls).toEqual([
    'GetParameters {"Names":["a"]}',
    'GetParameters {"Names":["b"]}',
    'GetParameters {"Names":["b"]}',
  ]);
});

it('makes every call after the release, and every write', async () => {
  const { aws, calls } = fakeAws();
  const kept = keepAnswers(aws);
  const write = () => kept.aws.call(ssm, 'PutParameter', { Name: 'a', Value: '1' }, { access: 'write' });
  await write();
  await write();
  await read(kept.aws, 'a');
  kept.release();
  await read(kept.aws, 'a');
  expect(calls).toHaveLength(4);
});

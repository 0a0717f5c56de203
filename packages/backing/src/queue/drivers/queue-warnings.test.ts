import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { queue } from '../queue.ts';
import { queueWarnings } from './queue-warnings.ts';

const schema = z.object({ n: z.number() });
const make = (options: object = {}) => queue('orders', { schema, visibility: '60s', ...options });
const redrive = (maxReceiveCount: number) => ({
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn: 'a', maxReceiveCount }),
});

it.each([
  ['all is well', make(), { functionTimeoutMs: 10_000, attributes: redrive(5) }, []],
  ['it is declared without one', make({ deadLetter: false }), {}, [/has no dead-letter queue/]],
  ['the real one has none, whatever is declared', make(), { attributes: {} }, [/has no dead-letter queue/]],
  ['one receive is declared', make({ deadLetter: { maxReceives: 1 } }), {}, [/one receive/]],
  ['the real one has one', make(), { attributes: redrive(1) }, [/one receive/]],
  [
    'messages come again while they are worked on',
    make(),
    { functionTimeoutMs: 61_000 },
    [/shows a message again after 60000 ms/],
  ],
  ['a throttled batch may be seen twice', make(), { functionTimeoutMs: 11_000 }, [/six times .* 11000 ms/]],
  ['it is exactly six times', make(), { functionTimeoutMs: 10_000 }, []],
])('says what is wrong when %s', (_, definition, facts, wanted) => {
  const warnings = queueWarnings(definition, facts);
  expect(warnings).toHaveLength(wanted.length);
  for (const [at, pattern] of wanted.entries()) expect(warnings[at]).toMatch(pattern);
});

import { expectTypeOf, it } from 'vitest';
import * as z from 'zod/mini';
import type { ClientFor } from '../definition.ts';
import { createSessions } from './create-sessions.ts';
import { memorySessionDriver } from './drivers/memory.ts';
import type { Session } from './port.ts';
import { sessionStore } from './session-store.ts';

const definition = sessionStore('sessions', { schema: z.object({ count: z.number(), cart: z.optional(z.string()) }) });
const store = createSessions({ definition, driver: memorySessionDriver() });
type Data = { count: number; cart?: string | undefined };

it('gives the data its type, or the reason of an end', async () => {
  const { session, ended } = await store.touch('id');
  if (session === undefined) expectTypeOf(ended.reason).toExtend<string>();
  else expectTypeOf(session).toEqualTypeOf<Session<Data>>();
});

it('takes a function that changes its draft or returns another', async () => {
  const { id } = await store.create({ count: 0 });
  await store.update(id, (draft) => {
    draft.count += 1;
  });
  await store.update(id, async (draft) => {
    draft.count += 1;
  });
  await store.update(id, ({ count }) => ({ count: count + 1 }));
  // @ts-expect-error: a count is a number
  const wrong = () => store.update(id, () => ({ count: 'two' }));
  // @ts-expect-error: the field is unknown
  const unknown = () => store.regenerate(id, { data: { count: 0, other: 1 } });
  expectTypeOf([wrong, unknown]).toBeArray();
});

it('gives a component only the methods of its accesses', () => {
  expectTypeOf<keyof ClientFor<typeof definition, 'list'>>().toEqualTypeOf<'list' | 'inspect'>();
  expectTypeOf<keyof ClientFor<typeof definition, 'admin'>>().toEqualTypeOf<
    'list' | 'inspect' | 'endListed' | 'endUser' | 'endEveryone'
  >();
});

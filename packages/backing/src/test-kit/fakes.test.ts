import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { queue } from '../queue/queue.ts';
import { sessionStore } from '../sessions/session-store.ts';
import { topic } from '../topic/topic.ts';
import { fakeQueue, fakeSessions, fakeTopic } from './fakes.ts';

const schema = z.object({ id: z.string(), at: z.optional(z.string()) });

it('keeps what a queue takes, and refuses what it would refuse', async () => {
  const fake = fakeQueue(queue('jobs', { schema }));
  await fake.send({ id: '1' });
  await fake.sendAll(Array.from({ length: 12 }, (_, index) => ({ id: `m${index}` })));
  expect(fake.messages).toHaveLength(13);
  expect(fake.messages[0]).toEqual({ id: '1' });
  await expect(fake.send({ id: 1 } as never)).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
  await expect(fake.send({ id: 'x'.repeat(2_000_000) })).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
  expect(fake.messages).toHaveLength(13);
});

it('keeps what a topic takes', async () => {
  const fake = fakeTopic(topic('events', { schema }));
  await fake.publish({ id: '1' });
  await fake.publishAll([{ id: '2' }, { id: '3' }]);
  expect(fake.messages.map(({ id }) => id)).toEqual(['1', '2', '3']);
  await expect(fake.publish({} as never)).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
});

it('keeps sessions with their rules', async () => {
  const store = fakeSessions(sessionStore('sessions', { schema }));
  const { id } = await store.create({ id: 'a' }, { userId: 'ada' });
  await store.endUser('ada');
  expect((await store.load(id)).ended?.reason).toBe('user');
});

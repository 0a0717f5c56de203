import { createTestClock } from '@twelvefold/core/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod/mini';
import { cache } from '../cache/cache.ts';
import { idempotencyStore } from '../idempotency/idempotency-store.ts';
import { fenced } from '../lock/fenced.ts';
import { lock } from '../lock/lock.ts';
import { queue } from '../queue/queue.ts';
import { sessionStore } from '../sessions/session-store.ts';
import { sql } from '../sql/sql.ts';
import { table } from '../table/table.ts';
import { topic } from '../topic/topic.ts';
import { fakeBacking } from './fake-backing.ts';

const schema = z.object({ id: z.string(), at: z.optional(z.string()) });
const definitions = {
  jobs: queue('jobs', { schema }),
  events: topic('events', { schema }),
  rows: table('rows', { schema, key: 'id', indexes: { byTime: { partition: 'at', sort: 'id' } } }),
  done: idempotencyStore('done'),
  locks: lock('locks', { takeOver: { maxClockSkew: '10s' } }),
  sessions: sessionStore('sessions', { schema }),
  prices: cache('prices', { schema: z.object({ cents: z.number() }), driver: 'iovalkey' }),
  database: sql('orders', { login: { iam: 'app' } }),
};

describe('fakes of backing services', () => {
  it('keep what a queue takes, and refuse what it would refuse', async () => {
    const { jobs } = fakeBacking(definitions);
    await jobs.send({ id: '1' });
    await jobs.sendAll(Array.from({ length: 12 }, (_, index) => ({ id: `m${index}` })));
    expect(jobs.messages).toHaveLength(13);
    expect(jobs.messages[0]).toEqual({ id: '1' });
    await expect(jobs.send({ id: 1 } as never)).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
    await expect(jobs.send({ id: 'x'.repeat(2_000_000) })).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
    expect(jobs.messages).toHaveLength(13);
  });

  it('keep what a topic takes', async () => {
    const { events } = fakeBacking(definitions);
    await events.publish({ id: '1' });
    await events.publishAll([{ id: '2' }, { id: '3' }]);
    expect(events.messages.map(({ id }) => id)).toEqual(['1', '2', '3']);
    await expect(events.publish({} as never)).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
  });

  it('keep sessions with their rules, and values of a cache until their end', async () => {
    const clock = createTestClock();
    const { sessions, prices } = fakeBacking(definitions, { clock });
    const { id } = await sessions.create({ id: 'a' }, { userId: 'ada' });
    await sessions.endUser('ada');
    expect((await sessions.load(id)).ended?.reason).toBe('user');
    await prices.set('sku', { cents: 5 });
    expect(await prices.get('sku')).toEqual({ cents: 5 });
    await clock.advance(3_600_000);
    expect(await prices.get('sku')).toBeUndefined();
  });

  it('join tables, locks and idempotency stores in one transaction', async () => {
    const { rows, done, locks } = fakeBacking(definitions);
    const work = () =>
      locks.withLock('nightly', (lease) =>
        done.once('o-1', [fenced(rows.putOperation({ id: 'o-1', at: 'now' }), lease), locks.check(lease)]),
      );
    expect([await work(), await work()]).toEqual(['done', 'already']);
    expect((await rows.byTime.query('now').page()).rows).toHaveLength(1);
    const held = await locks.acquire('nightly');
    await expect(locks.acquire('nightly')).rejects.toMatchObject({ code: 'LOCK_HELD' });
    await held.release();
  });

  it('of two calls share nothing, and leave out kinds that have none', async () => {
    const [one, other] = [fakeBacking(definitions), fakeBacking(definitions)];
    await one.rows.put({ id: 'a' });
    expect(await other.rows.get('a')).toBeUndefined();
    expect(Object.keys(one)).not.toContain('database');
    expectTypeOf(one).not.toHaveProperty('database');
    expectTypeOf(one.jobs.messages).toEqualTypeOf<Array<{ id: string; at?: string | undefined }>>();
    expect(() => fakeBacking(definitions, { time: 1 } as never)).toThrow("unknown option 'time'");
  });
});

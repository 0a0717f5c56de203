import { table } from '@twelvefold/backing';
import type { ClientFor, Filter, SortRange } from '@twelvefold/backing/internal';
import type { Clock } from '@twelvefold/core';
import { createTestClock } from '@twelvefold/core/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from './support/collect.ts';
import { inRange, less, meets, Order } from './table-model.ts';

const orders = table('orders', {
  schema: Order,
  key: { partition: 'user', sort: 'id' },
  indexes: {
    byStatus: { partition: 'status', sort: 'placedAt' },
    byTime: { sort: 'placedAt', projection: ['cents'] },
    byUserKeys: { partition: 'user', projection: 'keys' },
  },
  ttl: 'endsAt',
});

type OrdersClient = ClientFor<typeof orders>;

/** Opens a client of a new, empty table of a definition with indexes. */
export type CreateOrders = (definition: typeof orders, clock: Clock) => Promise<OrdersClient>;

const START = Date.parse('2026-11-30T12:00:00Z');

/** The contract of every driver of a table for reads of many rows. */
export function tableReadsContract(create: CreateOrders): void {
  const setup = async () => {
    const clock = createTestClock(START);
    return { clock, rows: await create(orders, clock) };
  };
  const row = (id: string, more: Partial<Order> = {}): Order => ({ user: 'u', id, cents: Number(id), ...more });

  describe('indexes', () => {
    it('read rows by other keys, those that have them, with the fields that are projected', async () => {
      const { rows } = await setup();
      await rows.put(row('1', { status: 'placed', placedAt: '2026-02', note: 'x' }));
      await rows.put(row('2', { status: 'placed', placedAt: '2026-01' }));
      await rows.put(row('3', { status: 'placed' }));
      await rows.put(row('4', { status: 'sent', placedAt: '2026-01' }));
      const ids = async (found: AsyncIterable<{ id: string }>) => (await collect(found)).map(({ id }) => id);
      expect(await ids(rows.byStatus.query('placed'))).toEqual(['2', '1']);
      expect(await ids(rows.byStatus.query('placed', { range: { gt: '2026-01' } }))).toEqual(['1']);
      expect(await ids(rows.byTime.query('u', { consistent: true, descending: true }))).toEqual(['1', '4', '2']);
      expect(await collect(rows.byTime.query('u', { range: { eq: '2026-02' } }))).toEqual([
        { user: 'u', id: '1', placedAt: '2026-02', cents: 1 },
      ]);
      expect(await collect(rows.byUserKeys.query('u', { limit: 1 }))).toEqual([{ user: 'u', id: '1' }]);
      expect(await collect(rows.byStatus.query('sent', { select: ['cents', 'note'] }))).toEqual([{ cents: 4 }]);
    });

    it('refuse a key that DynamoDB cannot index, before anything is sent', async () => {
      const { rows } = await setup();
      await expect(rows.put(row('1', { placedAt: '' }))).rejects.toMatchObject({ code: 'ROW_INVALID' });
      await rows.put(row('1'));
      const change = rows.update({ user: 'u', id: '1' }, { set: { placedAt: 'x'.repeat(1_025) } });
      await expect(change).rejects.toThrow("key field 'placedAt' has 1025 bytes");
    });
  });

  describe('cursors', () => {
    it('go on behind the last row, at any size of page', async () => {
      const { rows } = await setup();
      const all = Array.from({ length: 25 }, (_, at) => String(at).padStart(2, '0'));
      for (const id of all) await rows.put(row(id, { status: 'placed', placedAt: `t${id}` }));
      for (const limit of [1, 7, 25, 26]) {
        for (const read of [
          (cursor?: string) => rows.query('u', { limit, cursor }),
          (cursor?: string) =>
            rows.byStatus.query('placed', { limit, cursor, filter: { where: { cents: { gte: 0 } } } }),
          (cursor?: string) => rows.scan({ limit, cursor, pageSize: 3 }),
        ]) {
          const seen: string[] = [];
          let cursor: string | undefined;
          do {
            const page = await read(cursor).page();
            expect(page.rows.length).toBeLessThanOrEqual(limit);
            seen.push(...page.rows.map(({ id }) => id));
            cursor = page.cursor;
          } while (cursor !== undefined);
          expect(seen.sort()).toEqual(all);
        }
      }
    });

    it('show where each page ends, and count what was read', async () => {
      const { rows } = await setup();
      for (const id of ['1', '2', '3', '4', '5']) await rows.put(row(id));
      const pages = await collect(rows.query('u', { pageSize: 2, filter: { where: { cents: { gt: 2 } } } }).pages());
      expect(pages.map((page) => [page.rows.map(({ id }) => id), page.scanned])).toEqual([
        [[], 2],
        [['3', '4'], 2],
        [['5'], 1],
      ]);
      const rest = rows.query('u', { cursor: pages[1]?.cursor });
      expect((await collect(rest)).map(({ id }) => id)).toEqual(['5']);
      expect(pages.at(-1)?.cursor).toBeUndefined();
    });

    it('of other reads, and text that is not one, are refused', async () => {
      const { rows } = await setup();
      for (const id of ['1', '2', '3']) await rows.put(row(id, { status: 'placed', placedAt: id }));
      const { cursor = '' } = await rows.query('u', { limit: 2 }).page();
      const refused = { code: 'CURSOR_INVALID' };
      await expect(rows.query('v', { cursor }).page()).rejects.toMatchObject(refused);
      await expect(rows.byStatus.query('placed', { cursor }).page()).rejects.toMatchObject(refused);
      await expect(rows.scan({ cursor }).page()).rejects.toMatchObject(refused);
      await expect(rows.query('u', { cursor, range: { lt: '2' } }).page()).rejects.toMatchObject(refused);
      for (const cursor of ['', 'x', '!', Buffer.from('["1 orders","u",5]').toString('base64url'), 'W10']) {
        await expect(rows.query('u', { cursor }).page()).rejects.toMatchObject(refused);
      }
      expect((await rows.query('u', { cursor }).page()).rows).toHaveLength(1);
    });

    it('belong to their segment, and the segments together are the table', async () => {
      const { rows } = await setup();
      for (let id = 0; id < 30; id += 1) await rows.put(row(String(id), { user: `u${id}` }));
      const segments = [0, 1, 2, 3].map((segment) => ({ segment, segments: 4 }));
      const found = await Promise.all(segments.map((part) => collect(rows.scan({ ...part, consistent: true }))));
      expect(
        found
          .flat()
          .map(({ cents }) => cents)
          .sort((a, b) => a - b),
      ).toEqual([...Array(30).keys()]);
      const full = segments.find((_, at) => (found[at]?.length ?? 0) > 1);
      const { cursor } = await rows.scan({ ...full, limit: 1 }).page();
      expect((await rows.scan({ ...full, cursor }).page()).rows).toHaveLength(
        (found[full?.segment ?? 0]?.length ?? 0) - 1,
      );
      const other = { segment: ((full?.segment ?? 0) + 1) % 4, segments: 4 };
      await expect(rows.scan({ ...other, cursor }).page()).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
      await expect(rows.scan({ segment: 4, segments: 4 }).page()).rejects.toThrow('segment is 4 of 4 segments');
    });
  });

  it('counts a row whose second has passed as absent, everywhere', async () => {
    const { rows, clock } = await setup();
    const key = { user: 'u', id: '1' };
    const endsAt = START / 1_000 + 60;
    await rows.put(row('1', { endsAt, status: 'placed', placedAt: 'a', note: 'old' }));
    await rows.put(row('2', { status: 'placed', placedAt: 'b' }));
    const found = async () => [
      (await rows.get(key, { consistent: true })) !== undefined,
      (await rows.get(key, { select: ['cents'] })) !== undefined,
      (await collect(rows.query('u'))).length,
      (await collect(rows.scan({ select: ['cents'] }))).length,
      (await collect(rows.byStatus.query('placed'))).length,
      (await collect(rows.byTime.query('u'))).length,
    ];
    expect(await found()).toEqual([true, true, 2, 2, 2, 2]);
    await expect(rows.put(row('1'), { condition: { exists: false } })).rejects.toMatchObject({
      code: 'CONDITION_FAILED',
    });
    await clock.advance(60_000);
    expect(await found()).toEqual([false, false, 1, 1, 1, 1]);
    for (const late of [
      rows.update(key, { set: { note: 'x' } }),
      // It would make a whole row, with the old one's note in it.
      rows.update(key, { set: { cents: 5 } }),
      rows.delete(key, { condition: { exists: true } }),
    ]) {
      await expect(late).rejects.toMatchObject({ code: 'CONDITION_FAILED' });
    }
    await rows.put(row('1'), { condition: { exists: false } });
    expect(await rows.get(key)).toEqual(row('1'));
  });

  it('finds exactly the rows that a model finds, for any range and filter', async () => {
    const { rows } = await setup();
    const texts = ['a', 'ab', 'b', 'ba', 'é', '漢'];
    const stored: Order[] = texts.map((id, cents) => ({
      user: 'm',
      id,
      cents,
      ...(cents % 2 === 0 ? { note: id.repeat(2) } : {}),
      ...(cents % 3 === 0 ? { tags: [id, 'x'] } : {}),
      ...(cents < 4 ? { status: cents < 2 ? ('placed' as const) : ('sent' as const) } : {}),
    }));
    for (const one of stored) await rows.put(one);
    const text = fc.constantFrom(...texts);
    const range: fc.Arbitrary<SortRange> = fc.oneof(
      fc.record({ eq: text }),
      fc.record({ lt: text }),
      fc.record({ lte: text }),
      fc.record({ gt: text }),
      fc.record({ gte: text }),
      fc.record({ beginsWith: text }),
      // DynamoDB refuses a range whose ends are the wrong way round.
      fc.tuple(text, text).map(([a, b]) => ({ between: less(a, b) ? ([a, b] as const) : ([b, a] as const) })),
    );
    const filter = fc.letrec<{ filter: Filter<Order>; leaf: Filter<Order> }>((tie) => ({
      leaf: fc.oneof(
        fc.record({ equals: fc.record({ status: fc.constantFrom('placed' as const, undefined) }) }),
        fc.record({
          equals: fc.record({
            note: fc.option(
              text.map((one) => one.repeat(2)),
              { nil: undefined },
            ),
          }),
        }),
        ...(['eq', 'ne', 'lt', 'lte', 'gt', 'gte'] as const).map((name) =>
          fc.integer({ min: -1, max: 6 }).map((cents) => ({ where: { cents: { [name]: cents } } })),
        ),
        fc.constantFrom<Filter<Order>>(
          { where: { note: { exists: true } } },
          { where: { note: { exists: false } } },
          { where: { note: { ne: 'aa' } } },
          { where: { status: { in: ['sent', 'placed'] } } },
          { where: { cents: { between: [1, 3] } } },
          { where: { cents: { gt: 0, lt: 4 } } },
          { where: { note: { size: { lte: 2 } } } },
          { where: { tags: { contains: 'x' } } },
          { where: { tags: { contains: 'ba' } } },
        ),
        text.map((one) => ({ where: { note: { beginsWith: one } } })),
        text.map((one) => ({ where: { note: { contains: one } } })),
      ),
      filter: fc.oneof(
        { maxDepth: 3 },
        tie('leaf'),
        fc.record({ not: tie('filter') }),
        fc.record({ or: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
        fc.record({ and: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }), or: fc.tuple(tie('filter')) }),
      ),
    })).filter;
    await fc.assert(
      fc.asyncProperty(
        fc.option(range, { nil: undefined }),
        filter,
        fc.boolean(),
        async (range, filter, descending) => {
          const options = { filter, descending, consistent: true, ...(range === undefined ? {} : { range }) };
          const found = await collect(rows.query('m', options));
          const wanted = stored
            .filter((one) => (range === undefined || inRange(one.id, range)) && meets(one, filter))
            .sort((a, b) => (less(a.id, b.id) === descending ? 1 : -1));
          expect(found).toEqual(wanted);
        },
      ),
      { numRuns: 300, seed: 16 },
    );
  });

  it('refuses ranges, filters and fields that cannot be, all at once', async () => {
    const { rows } = await setup();
    const wrong = (options: object) => collect(rows.query('u', options));
    await expect(wrong({ range: { gt: 'a', lt: 'b' }, limit: 0, from: 1 })).rejects.toThrow(
      /unknown option 'from'; limit is 0; it counts rows from 1; 'range' is not one comparison/,
    );
    await expect(wrong({ filter: { exists: true, where: { cents: { above: 1 } }, or: [] } })).rejects.toThrow(
      /unknown member 'exists'.*'or' is not a list.*'cents' has the unknown comparison 'above'/,
    );
    await expect(wrong({ filter: { or: [{}] } })).rejects.toThrow("a part of 'or' asks for nothing");
    await expect(wrong({ select: [] })).rejects.toThrow("'select' is not a list of one field or more");
  });
}

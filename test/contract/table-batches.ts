import type { Aws } from '@twelvefold/aws';
import type { AwsService, CallOptions } from '@twelvefold/aws/internal';
import { table } from '@twelvefold/backing';
import type { ClientFor } from '@twelvefold/backing/internal';
import type { Clock } from '@twelvefold/core';
import { createTestClock } from '@twelvefold/core/testing';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { collect } from './support/collect.ts';

const parcels = table('parcels', {
  schema: z.object({ depot: z.string(), id: z.string(), grams: z.number(), endsAt: z.number().optional() }),
  key: { partition: 'depot', sort: 'id' },
  ttl: 'endsAt',
});

/** Opens a client of a new, empty table whose calls go through `wrap`. */
export type CreateParcels = (
  definition: typeof parcels,
  wrap: (aws: Aws) => Aws,
  clock: Clock,
) => Promise<ClientFor<typeof parcels>>;

interface BatchInput {
  readonly RequestItems: Record<string, unknown[] | { readonly Keys: unknown[] }>;
}

/**
 * A port whose batches lose a part to throttling, as DynamoDB does: status 200, and the rest
 * unprocessed.
 */
function throttled(served: (items: number) => number): { wrap: (aws: Aws) => Aws; batches: number[] } {
  const batches: number[] = [];
  const wrap = (inner: Aws): Aws => {
    const call = async (
      service: AwsService<'dynamodb'>,
      operation: string,
      input: BatchInput,
      options: CallOptions,
    ) => {
      if (!operation.startsWith('Batch')) return inner.call(service, operation as never, input as never, options);
      const [[name, given] = ['', []]] = Object.entries(input.RequestItems);
      const items = Array.isArray(given) ? given : given.Keys;
      batches.push(items.length);
      const taken = served(items.length);
      const [now, later] = [items.slice(0, taken), items.slice(taken)];
      const shaped = (part: unknown[]) => ({ [name]: Array.isArray(given) ? part : { ...given, Keys: part } });
      const answer =
        now.length === 0
          ? {}
          : await inner.call(service, operation as never, { RequestItems: shaped(now) } as never, options);
      const unprocessed = operation === 'BatchGetItem' ? 'UnprocessedKeys' : 'UnprocessedItems';
      return { ...(answer as object), [unprocessed]: later.length === 0 ? {} : shaped(later) };
    };
    return { call: call as unknown as Aws['call'], as: () => wrap(inner) }; // passes on what it is given
  };
  return { wrap, batches };
}

/** A clock whose sleeps pass at once and are kept. */
function quickClock(): { clock: Clock; waits: number[] } {
  const waits: number[] = [];
  let nowMs = Date.parse('2026-11-30T12:00:00Z');
  const sleep = async (ms: number) => {
    waits.push(ms);
    nowMs += ms;
  };
  return { clock: { now: () => nowMs, monotonic: () => nowMs, sleep }, waits };
}

/** The contract of a table driver for batches. */
export function tableBatchContract(create: CreateParcels): void {
  const parcel = (id: number) => ({ depot: 'd', id: String(id).padStart(3, '0'), grams: id });
  const keyOf = ({ depot, id }: { depot: string; id: string }) => ({ depot, id });

  describe('batches', () => {
    it('write and read hundreds of rows, in the order of the keys', async () => {
      const rows = await create(parcels, (aws) => aws, createTestClock());
      const all = Array.from({ length: 230 }, (_, id) => parcel(id));
      await rows.writeMany({ put: all });
      const keys = [...all].reverse().map(keyOf);
      const missing = { depot: 'd', id: 'none' };
      expect(await rows.getMany([missing, ...keys, keyOf(parcel(7))], { consistent: true })).toEqual([
        undefined,
        ...[...all].reverse(),
        parcel(7),
      ]);
      expect(await rows.getMany([keyOf(parcel(9))], { select: ['grams'] })).toEqual([{ grams: 9 }]);
      await rows.writeMany({ delete: keys.slice(0, 229), put: [{ ...parcel(0), grams: 5 }] });
      expect(await collect(rows.scan({ consistent: true }))).toEqual([{ ...parcel(0), grams: 5 }]);
      expect(await rows.getMany([])).toEqual([]);
      await rows.writeMany({});
    });

    it('send again what was throttled, with waits between, and nothing twice', async () => {
      const { wrap, batches } = throttled((items) => Math.ceil(items / 2));
      const { clock, waits } = quickClock();
      const rows = await create(parcels, wrap, clock);
      const all = Array.from({ length: 25 }, (_, id) => parcel(id));
      await rows.writeMany({ put: all });
      expect(batches).toEqual([25, 12, 6, 3, 1]);
      batches.length = 0;
      expect(await rows.getMany(all.map(keyOf), { consistent: true })).toEqual(all);
      expect(batches).toEqual([25, 12, 6, 3, 1]);
      expect(waits).toHaveLength(8);
    });

    it('end with the number of rows that are left when the time is over', async () => {
      let served = 2;
      const { wrap } = throttled(() => served);
      const { clock } = quickClock();
      const rows = await create(parcels, wrap, clock);
      const all = Array.from({ length: 10 }, (_, id) => parcel(id));
      const started = clock.monotonic();
      served = 0;
      const write = rows.writeMany({ put: all }, { timeout: '3s' });
      await expect(write).rejects.toMatchObject({ code: 'BATCH_INCOMPLETE' });
      await expect(write).rejects.toThrow("Cannot write 10 of 10 rows of table 'parcels'");
      expect(clock.monotonic() - started).toBeLessThanOrEqual(3_000);
      const read = rows.getMany(all.map(keyOf), { timeout: '1s' });
      await expect(read).rejects.toThrow("Cannot read 10 of 10 rows of table 'parcels'");
      expect(await collect(rows.scan({ consistent: true }))).toEqual([]);
    });

    it('check all rows before the first is written, and refuse two changes of one row', async () => {
      const rows = await create(parcels, (aws) => aws, createTestClock());
      const wrong = { ...parcel(2), grams: 'many' };
      await expect(rows.writeMany({ put: [parcel(1), wrong as never] })).rejects.toMatchObject({ code: 'ROW_INVALID' });
      await expect(rows.writeMany({ put: [parcel(1)], delete: [keyOf(parcel(1))] })).rejects.toThrow(
        'two changes are of the row {"depot":"d","id":"001"}',
      );
      await expect(rows.writeMany({ add: [] } as never)).rejects.toThrow("unknown change 'add'; known: put, delete");
      expect(await collect(rows.scan({ consistent: true }))).toEqual([]);
    });

    it('take expired rows for missing', async () => {
      const clock = createTestClock(Date.parse('2026-11-30T12:00:00Z'));
      const rows = await create(parcels, (aws) => aws, clock);
      await rows.put({ ...parcel(1), endsAt: clock.now() / 1_000 + 5 });
      expect(await rows.getMany([keyOf(parcel(1))], { select: ['grams'] })).toEqual([{ grams: 1 }]);
      await clock.advance(5_000);
      expect(await rows.getMany([keyOf(parcel(1))])).toEqual([undefined]);
    });
  });
}

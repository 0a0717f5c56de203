import { NumberValue } from '@aws-sdk/lib-dynamodb';
import type { TableClient, TableDefinition } from '@twelvefold/backing';
import { table } from '@twelvefold/backing';
import type { KeyOf } from '@twelvefold/backing/internal';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { collect } from './support/collect.ts';
import { settled } from './support/settled.ts';

/** Opens a client of a new, empty table on a real endpoint. */
export type CreateTable = <R, P extends string, K extends string>(
  definition: TableDefinition<z.ZodType<R>, P, K>,
) => Promise<TableClient<R, KeyOf<P, K>>>;

const account = table('accounts', {
  schema: z.object({ id: z.string(), cents: z.number().int(), owner: z.string().optional() }),
  key: 'id',
});
const event = table('events', {
  schema: z.object({ stream: z.string(), at: z.string(), body: z.unknown().optional() }),
  key: { partition: 'stream', sort: 'at' },
});

/** The contract of every driver of a table. */
export function tableContract(create: CreateTable): void {
  const accounts = () => create(account);
  const events = () => create(event);

  describe('rows', () => {
    it('gives back what was put, and nothing for what was not', async () => {
      const rows = await accounts();
      await rows.put({ id: 'a', cents: 5, owner: undefined });
      expect(await rows.get('a', { consistent: true })).toEqual({ id: 'a', cents: 5 });
      expect(await rows.get('b', { consistent: true })).toBeUndefined();
    });

    it('keeps every kind of value', async () => {
      const rows = await events();
      const body = {
        text: 'ünï · 漢字 · ',
        empty: '',
        zero: 0,
        negative: -1.5e-7,
        safe: Number.MAX_SAFE_INTEGER,
        yes: true,
        nothing: null,
        list: [1, 'two', [3], { four: 4 }],
        none: [],
        bare: {},
        bytes: new Uint8Array([0, 255]),
        set: new Set(['a', 'b']),
        numbers: new Set([1, 2.5]),
        blobs: new Set([new Uint8Array([1])]),
        large: 12345678901234567890n,
      };
      await rows.put({ stream: 's', at: '1', body });
      expect(await rows.get({ stream: 's', at: '1' }, { consistent: true })).toEqual({ stream: 's', at: '1', body });
    });

    it('takes numbers as texts, by the NumberValue of lib-dynamodb', async () => {
      const rows = await events();
      const body = { large: NumberValue.from('12345678901234567890'), exact: NumberValue.from('0.1') };
      await rows.put({ stream: 's', at: '1', body });
      const stored = await rows.get({ stream: 's', at: '1' }, { consistent: true });
      expect(stored?.body).toEqual({ large: 12345678901234567890n, exact: 0.1 });
    });

    it('takes any field name: reserved words, dots, spaces and what looks like a placeholder', async () => {
      const name = z.string();
      const schema = z.object({ size: name, 'a.b': z.number(), '#n0': name, ':v0': name, 'a b': name, ä: name });
      const rows = await create(table('odd', { schema, key: 'size' }));
      const row = { size: 'key', 'a.b': 1, '#n0': 'x', ':v0': 'y', 'a b': 'z', ä: 'ö' };
      await rows.put(row, { condition: { exists: false } });
      const changes = { set: { ':v0': 'set', 'a b': 'set' }, add: { 'a.b': 2 } };
      const { size: _, ...equals } = row;
      const after = { ...row, ':v0': 'set', 'a b': 'set', 'a.b': 3 };
      expect(await rows.update('key', changes, { condition: { exists: true, equals } })).toEqual(after);
      await expect(rows.delete('key', { condition: { equals } })).rejects.toMatchObject({ code: 'CONDITION_FAILED' });
    });

    it('deletes, also what is not there', async () => {
      const rows = await accounts();
      await rows.put({ id: 'a', cents: 5 });
      await rows.delete('a');
      await rows.delete('a');
      expect(await rows.get('a', { consistent: true })).toBeUndefined();
      const missing = rows.delete('a', { condition: { exists: true } });
      await expect(missing).rejects.toMatchObject({ code: 'CONDITION_FAILED' });
    });
  });

  describe('conditions', () => {
    it('hold for equal fields of any type, and for fields that must be missing', async () => {
      const rows = await events();
      const key = { stream: 's', at: '1' };
      const body = { deep: [1, { two: null }] };
      await rows.put({ ...key, body });
      await rows.put({ ...key, body: 'x' }, { condition: { equals: { body } } });
      await expect(rows.put({ ...key }, { condition: { equals: { body } } })).rejects.toMatchObject({
        code: 'CONDITION_FAILED',
        cause: { awsCode: 'ConditionalCheckFailedException' },
      });
      await expect(rows.put({ ...key }, { condition: { equals: { body: undefined } } })).rejects.toThrow();
      await rows.put(key);
      await rows.put({ ...key, body: 'y' }, { condition: { equals: { body: undefined } } });
    });

    it('compare fields, and combine with and, or and not', async () => {
      const rows = await accounts();
      const raise = (cents: number) =>
        rows.put(
          { id: 'a', cents },
          {
            condition: {
              or: [{ exists: false }, { where: { cents: { lt: cents } }, not: { equals: { owner: 'x' } } }],
            },
          },
        );
      await raise(5);
      await raise(7);
      await expect(raise(6)).rejects.toMatchObject({ code: 'CONDITION_FAILED' });
      await rows.update('a', { set: { owner: 'x' } }, { condition: { where: { owner: { exists: false } } } });
      await expect(raise(9)).rejects.toMatchObject({ code: 'CONDITION_FAILED' });
      await rows.delete('a', { condition: { where: { cents: { between: [7, 8] }, owner: { in: ['x', 'y'] } } } });
      await expect(
        rows.transact([rows.checkOperation('a', { or: [{ exists: true }, { where: { cents: { gte: 0 } } }] })]),
      ).rejects.toMatchObject({ code: 'CONDITION_FAILED' });
    });

    it('let one of many create a row', async () => {
      const rows = await accounts();
      const outcomes = await settled(20, async (cents) => {
        await rows.put({ id: 'a', cents }, { condition: { exists: false } });
        return cents;
      });
      const winners = outcomes.filter((outcome) => typeof outcome === 'number');
      expect(winners).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'CONDITION_FAILED')).toHaveLength(19);
      expect(await rows.get('a', { consistent: true })).toEqual({ id: 'a', cents: winners[0] });
    });
  });

  describe('updates', () => {
    it('set, add and remove, and return the whole new row', async () => {
      const rows = await accounts();
      await rows.put({ id: 'a', cents: 5, owner: 'me' });
      expect(await rows.update('a', { add: { cents: -7 }, remove: ['owner'] })).toEqual({ id: 'a', cents: -2 });
      expect(await rows.update('a', { set: { cents: 1, owner: 'you' } })).toEqual({ id: 'a', cents: 1, owner: 'you' });
    });

    it('lose none of many additions, which also create the row', async () => {
      const rows = await accounts();
      await Promise.all(Array.from({ length: 25 }, () => rows.update('a', { add: { cents: 2 } })));
      expect(await rows.get('a', { consistent: true })).toEqual({ id: 'a', cents: 50 });
    });

    it('never leave half a row behind', async () => {
      const rows = await accounts();
      await expect(rows.update('a', { set: { owner: 'me' } })).rejects.toMatchObject({ code: 'CONDITION_FAILED' });
      expect(await collect(rows.scan())).toEqual([]);
    });
  });

  describe('reading many', () => {
    it('reads a partition in key order, either way, up to a limit', async () => {
      const rows = await events();
      const times = ['03', '01', '02', '10'];
      await Promise.all(times.map((at) => rows.put({ stream: 's', at })));
      await rows.put({ stream: 'other', at: '00' });
      const at = async (options?: Parameters<typeof rows.query>[1]) =>
        (await collect(rows.query('s', { consistent: true, ...options }))).map((row) => row.at);
      expect(await at()).toEqual(['01', '02', '03', '10']);
      expect(await at({ descending: true })).toEqual(['10', '03', '02', '01']);
      expect(await at({ limit: 3 })).toEqual(['01', '02', '03']);
      expect(await collect(rows.query('absent'))).toEqual([]);
    });

    it('goes on over pages: a page holds 1 MB', async () => {
      const rows = await events();
      const body = 'x'.repeat(100_000);
      const keys = Array.from({ length: 25 }, (_, index) => String(index).padStart(2, '0'));
      for (const at of keys) await rows.put({ stream: 's', at, body });
      expect((await collect(rows.query('s', { consistent: true }))).map(({ at }) => at)).toEqual(keys);
      expect((await collect(rows.query('s', { consistent: true, limit: 17 }))).length).toBe(17);
      expect((await collect(rows.scan())).map(({ at }) => at).sort()).toEqual(keys);
    });
  });

  describe('transactions', () => {
    it('write several tables or none, and name what stood in the way', async () => {
      const [rows, log] = [await accounts(), await events()];
      await rows.put({ id: 'a', cents: 5 });
      const operations = [
        rows.updateOperation('a', { add: { cents: 1 } }),
        log.putOperation({ stream: 'a', at: '1' }, { condition: { exists: false } }),
        rows.checkOperation('b', { exists: true }),
      ];
      const error = await rows.transact(operations).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'CONDITION_FAILED' });
      expect(String(error)).toContain('operation 2 (ConditionCheck');
      expect(await rows.get('a', { consistent: true })).toEqual({ id: 'a', cents: 5 });
      expect(await collect(log.query('a', { consistent: true }))).toEqual([]);

      await rows.put({ id: 'b', cents: 0 });
      await rows.transact([...operations, rows.deleteOperation('c')]);
      expect(await rows.get('a', { consistent: true })).toEqual({ id: 'a', cents: 6 });
      expect(await collect(log.query('a', { consistent: true }))).toEqual([{ stream: 'a', at: '1' }]);
    });

    it('keep a sum while many of them, and single writes, want the same rows', async () => {
      const rows = await accounts();
      await rows.put({ id: 'a', cents: 100 });
      await rows.put({ id: 'b', cents: 100 });
      const transfer = async (from: string, to: string) => {
        await rows.transact([
          rows.updateOperation(from, { add: { cents: -1 } }),
          rows.updateOperation(to, { add: { cents: 1 } }),
        ]);
        return 1;
      };
      const [moved] = await Promise.all([
        settled(12, (index) => (index % 2 === 0 ? transfer('a', 'b') : transfer('b', 'a'))),
        settled(6, () => rows.update('a', { add: { cents: 10 } })),
      ]);
      // A transfer may lose against the others for as long as it tries; it must never happen by
      // half.
      for (const outcome of moved) expect([1, 'TRANSACTION_CONFLICT']).toContain(outcome);
      const [a, b] = [await rows.get('a', { consistent: true }), await rows.get('b', { consistent: true })];
      expect((a?.cents ?? 0) + (b?.cents ?? 0)).toBe(260);
    });

    it('happen once for a token, however often they are asked for', async () => {
      const rows = await accounts();
      const add = [rows.updateOperation('a', { add: { cents: 1 } })];
      await rows.transact(add, { token: 'order-1' });
      await rows.transact(add, { token: 'order-1' });
      await rows.transact(add, { token: 'order-2' });
      expect(await rows.get('a', { consistent: true })).toEqual({ id: 'a', cents: 2 });
      const other = [rows.updateOperation('a', { add: { cents: 5 } })];
      await expect(rows.transact(other, { token: 'order-1' })).rejects.toMatchObject({
        awsCode: 'IdempotentParameterMismatchException',
      });
      await expect(rows.transact(add, { token: 'x'.repeat(37) })).rejects.toThrow('the token has 37 characters');
    });

    it('take a hundred operations', async () => {
      const rows = await accounts();
      await rows.transact(Array.from({ length: 100 }, (_, cents) => rows.putOperation({ id: `${cents}`, cents })));
      expect(await collect(rows.scan())).toHaveLength(100);
    });
  });

  it('rejects with the reason of a signal that has aborted', async () => {
    const rows = await accounts();
    const reason = new Error('the caller left');
    const signal = AbortSignal.abort(reason);
    await expect(rows.put({ id: 'a', cents: 1 }, { signal })).rejects.toBe(reason);
    await expect(rows.get('a', { signal })).rejects.toBe(reason);
    await expect(collect(rows.scan({ signal }))).rejects.toBe(reason);
  });
}

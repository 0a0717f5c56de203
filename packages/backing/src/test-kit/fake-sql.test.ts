import { describe, expect, it } from 'vitest';
import { sql } from '../sql/sql.ts';
import { fakeSql } from './fake-sql.ts';

const database = sql('orders', { login: { iam: 'app' } });
const conflict = (code: string) => Object.assign(new Error('again'), { code, severity: 'ERROR' });

describe('a fake of sql', () => {
  it('answers with rows or a result, and keeps the statements', async () => {
    const fake = fakeSql(database, ({ text, values }) => (text.startsWith('SELECT') ? [{ id: values[0] }] : undefined));
    expect(await fake.query('SELECT $1', ['o-1'])).toEqual({ rows: [{ id: 'o-1' }], rowCount: 1, command: 'SELECT' });
    expect(await fake.pool.query({ text: 'DELETE FROM orders', values: [] })).toMatchObject({ rowCount: 0 });
    expect(fake.statements).toEqual([
      { text: 'SELECT $1', values: ['o-1'] },
      { text: 'DELETE FROM orders', values: [] },
    ]);
    const counted = fakeSql(database, () => ({ rowCount: 3 }));
    expect((await counted.query('UPDATE orders SET done = true')).rowCount).toBe(3);
  });

  it('commits, and repeats a transaction after a conflict', async () => {
    let tries = 0;
    const fake = fakeSql(database, () => {
      tries += 1;
      if (tries < 3) throw conflict('40001');
      return [{ tries }];
    });
    const work = fake.transaction(async ({ query, attempt }) => [attempt, (await query('SELECT tries')).rows]);
    expect(await work).toEqual([3, [{ tries: 3 }]]);
    expect(fake.statements.map(({ text }) => text.split(/[ ;]/, 1)[0])).toEqual([
      ...['BEGIN', 'SELECT', 'ROLLBACK', 'BEGIN', 'SELECT', 'ROLLBACK', 'BEGIN', 'SELECT', 'COMMIT'],
    ]);
  });

  it('rolls back after an error, also one that was caught', async () => {
    const fake = fakeSql(database, () => {
      throw conflict('23505');
    });
    await expect(fake.transaction(({ query }) => query('INSERT'))).rejects.toMatchObject({ code: '23505' });
    const caught = fake.transaction(({ query }) => query('INSERT').catch(() => 'ignored'));
    await expect(caught).rejects.toMatchObject({ code: 'TRANSACTION_ROLLED_BACK' });
  });

  it('refuses a second checkout in an open transaction', async () => {
    const fake = fakeSql(database, () => []);
    const nested = fake.transaction(() => fake.query('SELECT 1'));
    await expect(nested).rejects.toMatchObject({ code: 'CHECKOUT_NESTED' });
  });
});

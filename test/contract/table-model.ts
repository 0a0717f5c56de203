import { table } from '@twelvefold/backing';
import type { ClientFor, Condition, SortRange } from '@twelvefold/backing/internal';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { collect } from './support/collect.ts';

/** The rows of the contracts that compare a table with a model. */
export const Order = z.object({
  user: z.string(),
  id: z.string(),
  placedAt: z.string().optional(),
  status: z.enum(['placed', 'sent']).optional(),
  cents: z.number(),
  note: z.string().optional(),
  tags: z.array(z.string()).optional(),
  endsAt: z.number().optional(),
});
export type Order = z.output<typeof Order>;

const plain = table('plain', { schema: Order, key: { partition: 'user', sort: 'id' } });

/** Opens a client of a new, empty table. */
export type CreatePlain = (definition: typeof plain) => Promise<ClientFor<typeof plain>>;

type Write =
  | { readonly do: 'put'; readonly id: string; readonly cents: number; readonly note: string | undefined }
  | { readonly do: 'set' | 'add'; readonly id: string; readonly cents: number }
  | { readonly do: 'note'; readonly id: string; readonly note: string | undefined }
  | { readonly do: 'delete' | 'check'; readonly id: string };

const id = fc.constantFrom('a', 'b');
const cents = fc.integer({ min: -3, max: 6 });
const note = fc.constantFrom('x', 'xy', undefined);
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ do: fc.constant('put' as const), id, cents, note }),
  fc.record({ do: fc.constantFrom('set' as const, 'add' as const), id, cents }),
  fc.record({ do: fc.constant('note' as const), id, note }),
  fc.record({ do: fc.constantFrom('delete' as const, 'check' as const), id }),
);
const condition = fc.letrec<{ condition: Condition<Order>; leaf: Condition<Order> }>((tie) => ({
  leaf: fc.oneof(
    fc.boolean().map((exists) => ({ exists })),
    note.map((value) => ({ equals: { note: value } })),
    fc.tuple(fc.constantFrom('eq', 'ne', 'lt', 'lte', 'gt', 'gte'), cents).map(([name, value]) => ({
      where: { cents: { [name]: value } },
    })),
    fc.constant({ where: { note: { beginsWith: 'x', size: { lte: 1 } } } }),
  ),
  condition: fc.oneof(
    { maxDepth: 2 },
    tie('leaf'),
    fc.record({ not: tie('condition') }),
    fc.record({ or: fc.array(tie('condition'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ and: fc.array(tie('condition'), { minLength: 1, maxLength: 2 }), exists: fc.constant(true) }),
  ),
})).condition;

/** Any order of conditional writes, single or as a transaction, does what a Map does. */
export function tableModelContract(create: CreatePlain): void {
  it('does what a model does, for any order of conditional writes, alone and in transactions', async () => {
    const rows = await create(plain);
    let round = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(write, fc.option(condition, { nil: undefined }), fc.boolean()), { maxLength: 12 }),
        async (writes) => {
          const user = `u${round++}`;
          const model = new Map<string, Order>();
          for (const [one, given, alone] of writes) {
            const key = { user, id: one.id };
            const row = model.get(one.id);
            // What makes no whole row by itself must find one, and a check needs a condition.
            const needsRow = one.do === 'note';
            const asked: Condition<Order> | undefined = one.do === 'check' ? (given ?? { exists: true }) : given;
            const holds = (asked === undefined || meets(row, asked)) && (!needsRow || row !== undefined);
            const options = asked === undefined ? {} : { condition: asked };
            const contradicts = needsRow && asked?.exists === false;
            const after = contradicts ? undefined : next(one, row, key);
            const changes = changesOf(one);
            const call = (): Promise<unknown> => {
              if (one.do === 'put') {
                const whole = after as Order;
                return alone ? rows.put(whole, options) : rows.transact([rows.putOperation(whole, options)]);
              }
              if (one.do === 'delete') {
                return alone ? rows.delete(key, options) : rows.transact([rows.deleteOperation(key, options)]);
              }
              if (one.do === 'check') return rows.transact([rows.checkOperation(key, asked ?? { exists: true })]);
              return alone
                ? rows.update(key, changes, options)
                : rows.transact([rows.updateOperation(key, changes, options)]);
            };
            const outcome = await Promise.resolve()
              .then(call)
              .then(
                () => 'done',
                (error: { code?: string }) => error.code ?? String(error),
              );
            if (contradicts) {
              // A row that must be created of a note only does not fit the schema.
              expect(outcome).toBe('ROW_INVALID');
              continue;
            }
            expect(outcome, JSON.stringify([one, asked, row])).toBe(holds ? 'done' : 'CONDITION_FAILED');
            if (!holds) refused += 1;
            else if (one.do === 'delete') model.delete(one.id);
            else if (one.do !== 'check' && after !== undefined) model.set(one.id, after);
          }
          const stored = await collect(rows.query(user, { consistent: true }));
          expect(stored).toEqual([...model.values()].sort((a, b) => (less(a.id, b.id) ? -1 : 1)));
        },
      ),
      { numRuns: 150, seed: 16 },
    );
    expect(refused).toBeGreaterThan(50);
  });
}

function changesOf(write: Write) {
  if (write.do === 'set') return { set: { cents: write.cents } };
  if (write.do === 'add') return { add: { cents: write.cents } };
  const { note } = write as { note?: string | undefined };
  return note === undefined ? { remove: ['note'] as const } : { set: { note } };
}

/** The row after a write that its condition allows. */
function next(write: Write, row: Order | undefined, key: { user: string; id: string }): Order {
  const before = row ?? { ...key, cents: 0 };
  switch (write.do) {
    case 'put':
      return { ...key, cents: write.cents, ...(write.note === undefined ? {} : { note: write.note }) };
    case 'set':
      return { ...before, cents: write.cents };
    case 'add':
      return { ...before, cents: before.cents + write.cents };
    case 'note': {
      const { note: _, ...rest } = before;
      return write.note === undefined ? rest : { ...rest, note: write.note };
    }
    default:
      return before;
  }
}

export const less = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;

export function inRange(id: string, range: SortRange): boolean {
  if ('between' in range) return !less(id, range.between[0]) && !less(range.between[1], id);
  if ('beginsWith' in range) return id.startsWith(range.beginsWith);
  if ('eq' in range) return id === range.eq;
  if ('lt' in range) return less(id, range.lt);
  if ('lte' in range) return !less(range.lte, id);
  if ('gt' in range) return less(range.gt, id);
  return !less(id, range.gte);
}

/** Whether a row, or no row, meets a condition, by the rules of the guide. */
export function meets(row: Order | undefined, condition: Condition<Order>): boolean {
  const { exists, equals = {}, where = {}, and = [], or, not } = condition;
  return (
    (exists === undefined || exists === (row !== undefined)) &&
    Object.entries(equals).every(([field, value]) => row?.[field as keyof Order] === value) &&
    Object.entries(where).every(([field, test]) =>
      Object.entries(test as object).every(([name, operand]) => passes(row?.[field as keyof Order], name, operand)),
    ) &&
    and.every((one) => meets(row, one)) &&
    (or === undefined || or.some((one) => meets(row, one))) &&
    (not === undefined || !meets(row, not))
  );
}

function passes(value: unknown, name: string, operand: unknown): boolean {
  if (name === 'exists') return (value !== undefined) === operand;
  if (name === 'ne') return value !== operand;
  if (value === undefined) return false;
  const [number, other] = [Number(value), Number(operand)];
  switch (name) {
    case 'eq':
      return value === operand;
    case 'lt':
      return number < other;
    case 'lte':
      return number <= other;
    case 'gt':
      return number > other;
    case 'gte':
      return number >= other;
    case 'between':
      return number >= Number((operand as number[])[0]) && number <= Number((operand as number[])[1]);
    case 'in':
      return (operand as unknown[]).includes(value);
    case 'beginsWith':
      return (value as string).startsWith(operand as string);
    case 'contains':
      return (value as string | string[]).includes(operand as string);
    case 'size':
      return [...(value as string)].length <= ((operand as { lte?: number }).lte ?? 0);
    default:
      throw new Error(`The model does not have ${name}`);
  }
}

import type { StandardSchemaV1 } from '@standard-schema/spec';
import { scanCollection } from '@twelvefold/admin';
import type { Throttle } from '@twelvefold/admin/internal';
import type { TableClient, TableDefinition } from '@twelvefold/backing';
import type { Changes, Condition, Filter } from '@twelvefold/backing/internal';
import { TwelvefoldError } from '@twelvefold/core';
import * as z from 'zod';
import type { TaskComponent } from '../component.ts';
import type { Backing, CollectionContext } from '../context.ts';
import type { App } from '../define-app.ts';
import type { KeysOf } from './keys-of.ts';
import { assertKeyOf } from './keys-of.ts';

/** The row of a table's definition. */
type RowOf<D> = D extends { readonly schema: infer S extends StandardSchemaV1 }
  ? StandardSchemaV1.InferOutput<S>
  : never;

/** Options of {@link backfillTable}. */
export interface BackfillOptions<R> {
  readonly name: string;
  readonly description?: string;
  /**
   * The changes of one row; `undefined` for a row that needs none. It decides by the row: it may
   * see one twice, and sees
   * again what another process has changed meanwhile.
   */
  readonly change: (row: R) => Changes<R> | undefined | Promise<Changes<R> | undefined>;
  /** Rows to look at. DynamoDB reads, and bills, the others too. @defaultValue all */
  readonly filter?: Filter<R>;
  /** Parts of the table that are worked on at the same time. @defaultValue 1 */
  readonly segments?: number;
  /** @defaultValue as fast as it goes */
  readonly throttle?: Throttle;
}

type Rows = TableClient<Record<string, unknown>, unknown>;

/** Another process may change a row between the read and the write: it is read again then. */
const TRIES = 5;

/**
 * A task that changes the rows of a table one by one. A write holds only if the fields that it
 * changes are as they were when
 * `change` saw them, so a row that the app writes meanwhile loses nothing. A dry run counts the
 * rows that would change; a
 * canary (`--canary 100`) pauses after some.
 *
 * @param key - the table in the app's `backing`, which has `taskRuns()` too
 * @throws TypeError for a key that is not one of a table, and for wrong options
 * @example
 * ```ts
 * import { backfillTable } from 'twelvefold/tasks';
 *
 * export const setCountry = backfillTable(shop, 'customers', {
 *   name: 'set-country',
 *   change: ({ country }) => (country === undefined ? { set: { country: 'DE' } } : undefined),
 *   segments: 4,
 *   throttle: { capacity: 200 },
 * });
 * ```
 */
export function backfillTable<C, B extends Backing, K extends KeysOf<B, 'table'>>(
  app: App<C, B>,
  key: K,
  options: BackfillOptions<RowOf<B[K]>>,
): TaskComponent {
  const { name, description = `Change rows of '${key}'`, change, filter, segments, throttle } = options;
  assertKeyOf(name, app, key, 'table');
  if (typeof change !== 'function') throw new TypeError(`Cannot define task '${name}': 'change' is not a function`);
  const { partitionKey, sortKey } = app.backing[key] as unknown as Pick<TableDefinition, 'partitionKey' | 'sortKey'>;
  const keyOf = (row: Record<string, unknown>) =>
    sortKey === undefined ? row[partitionKey] : { [partitionKey]: row[partitionKey], [sortKey]: row[sortKey] };
  const changesOf = change as unknown as (row: object) => Promise<Changes<Record<string, unknown>> | undefined>; // of the table's own rows
  type Context = CollectionContext<unknown, Record<K, Rows>>;

  return app.task(
    name,
    {
      description,
      params: z.object({}),
      uses: { [key]: ['scan', 'get', 'update'] } as never, // the key is one of a table
      ...(segments !== undefined && { segments }),
      ...(throttle !== undefined && { throttle }),
      over: (_, ctx) => {
        const rows = (ctx as unknown as Context).backing[key];
        return scanCollection((page) => rows.scan({ ...page, ...(filter && { filter: filter as never }) }), {
          key: (row) => keyOf(row) as string,
          reload: (row) => rows.get(keyOf(row), { consistent: true }),
        });
      },
    },
    async (read, ctx) => {
      const { backing, signal } = ctx as unknown as Context;
      const rows = backing[key];
      let row: Record<string, unknown> | undefined = read;
      for (let tries = 1; row !== undefined; tries += 1) {
        const changes = await changesOf(row);
        if (changes === undefined) return;
        try {
          await rows.update(keyOf(row), changes, { condition: { exists: true, equals: seen(row, changes) }, signal });
          return;
        } catch (error) {
          if (!TwelvefoldError.isInstance(error, 'CONDITION_FAILED') || tries >= TRIES) throw error;
          row = await rows.get(keyOf(row), { consistent: true, signal });
        }
      }
    },
  );
}

/** The fields that change, as they were. */
function seen(
  row: Readonly<Record<string, unknown>>,
  { set = {}, add = {}, remove = [] }: Changes<Record<string, unknown>>,
): NonNullable<Condition<Record<string, unknown>>['equals']> {
  const fields = [...Object.keys(set), ...Object.keys(add), ...(remove as readonly string[])];
  return Object.fromEntries(fields.map((field) => [field, row[field]]));
}

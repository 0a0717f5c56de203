import type { Action } from '../../core/service.ts';
import { consumedCapacities, consumedCapacity } from './capacity.ts';
import { validationError } from './errors.ts';
import { project } from './expressions/path.ts';
import { isHeld, itemId } from './held-items.ts';
import { checkInput } from './input/check-input.ts';
import type { Checked } from './input/shape.ts';
import { ATTRIBUTES, COLLECTION_METRICS, CONSUMED_CAPACITY, RETURN_VALUES } from './input/shape.ts';
import { LEGACY_UPDATE, LEGACY_WRITE } from './legacy/legacy-input.ts';
import { checkTableNames } from './table-definition.ts';
import { openTable, tableArn } from './table-store.ts';
import type { Attributes } from './values/value.ts';
import type { Write, Written } from './write.ts';
import {
  checkReturnsOld,
  collectionMetrics,
  DELETE,
  PUT,
  performWrite,
  readDelete,
  readPut,
  readUpdate,
  UPDATE,
  writeUsage,
} from './write.ts';

const PUT_ITEM_INPUT = {
  ...PUT,
  ...LEGACY_WRITE,
  ReturnValues: RETURN_VALUES,
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
  ReturnItemCollectionMetrics: COLLECTION_METRICS,
} as const;

export const putItem: Action = (raw, context) => {
  const input = checkInput(raw, PUT_ITEM_INPUT);
  context.touches(tableArn(context, input.TableName));
  checkReturnsOld(input.ReturnValues);
  const written = performWrite(context, readPut(input));
  const { table, before, after } = written;
  return {
    Attributes: input.ReturnValues === 'ALL_OLD' ? before : undefined,
    ConsumedCapacity: consumedCapacity(input.ReturnConsumedCapacity, writeUsage(written)),
    ItemCollectionMetrics: collectionMetrics(input.ReturnItemCollectionMetrics, table, after),
  };
};

const UPDATE_ITEM_INPUT = {
  ...UPDATE,
  ...LEGACY_UPDATE,
  ReturnValues: RETURN_VALUES,
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
  ReturnItemCollectionMetrics: COLLECTION_METRICS,
} as const;

function returned(which: string | undefined, write: Write, { before, after }: Written): Attributes | undefined {
  if (which === undefined || which === 'NONE') return undefined;
  const item = which.endsWith('_OLD') ? before : after;
  if (item === undefined || which.startsWith('ALL_')) return item;
  const changed = project(item, write.changedPaths);
  return Object.keys(changed).length === 0 ? undefined : changed;
}

export const updateItem: Action = (raw, context) => {
  const input = checkInput(raw, UPDATE_ITEM_INPUT);
  context.touches(tableArn(context, input.TableName));
  const write = readUpdate(input);
  const written = performWrite(context, write);
  return {
    Attributes: returned(input.ReturnValues, write, written),
    ConsumedCapacity: consumedCapacity(input.ReturnConsumedCapacity, writeUsage(written)),
    ItemCollectionMetrics: collectionMetrics(input.ReturnItemCollectionMetrics, written.table, write.target),
  };
};

const DELETE_ITEM_INPUT = {
  ...DELETE,
  ...LEGACY_WRITE,
  ReturnValues: RETURN_VALUES,
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
  ReturnItemCollectionMetrics: COLLECTION_METRICS,
} as const;

export const deleteItem: Action = (raw, context) => {
  const input = checkInput(raw, DELETE_ITEM_INPUT);
  context.touches(tableArn(context, input.TableName));
  checkReturnsOld(input.ReturnValues);
  const write = readDelete(input);
  const written = performWrite(context, write);
  const { table, before } = written;
  return {
    Attributes: input.ReturnValues === 'ALL_OLD' ? before : undefined,
    ConsumedCapacity: consumedCapacity(input.ReturnConsumedCapacity, writeUsage(written)),
    ItemCollectionMetrics: collectionMetrics(input.ReturnItemCollectionMetrics, table, write.target),
  };
};

const REQUEST = {
  type: 'structure',
  members: {
    PutRequest: { type: 'structure', members: { Item: { ...ATTRIBUTES, required: true } } },
    DeleteRequest: { type: 'structure', members: { Key: { ...ATTRIBUTES, required: true } } },
  },
} as const;

const BATCH_WRITE_ITEM_INPUT = {
  RequestItems: {
    type: 'map',
    min: 1,
    max: 25,
    required: true,
    of: { type: 'list', of: REQUEST, min: 1, max: 25 },
  },
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
  ReturnItemCollectionMetrics: COLLECTION_METRICS,
} as const;

/** Source: the API reference: 25 requests in one call. */
const MAX_REQUESTS = 25;

function readRequest(TableName: string, { PutRequest, DeleteRequest }: Checked<typeof REQUEST>): Write {
  if (PutRequest !== undefined && DeleteRequest === undefined) return readPut({ TableName, Item: PutRequest.Item });
  if (DeleteRequest !== undefined && PutRequest === undefined) {
    return readDelete({ TableName, Key: DeleteRequest.Key });
  }
  // The message is about values, but it is what AWS says to none or both.
  throw validationError(
    'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
  );
}

export const batchWriteItem: Action = (raw, context) => {
  const input = checkInput(raw, BATCH_WRITE_ITEM_INPUT);
  checkTableNames('requestItems', input.RequestItems);
  const requests = Object.entries(input.RequestItems);
  for (const [tableName] of requests) context.touches(tableArn(context, tableName));
  const entries = requests.flatMap(([name, ofTable]) =>
    ofTable.map((request) => ({ name, request, write: readRequest(name, request) })),
  );
  if (entries.length > MAX_REQUESTS) throw validationError('Too many items requested for the BatchWriteItem call');
  // Everything is checked before anything is written.
  const seen = new Set<string>();
  const held: typeof entries = [];
  for (const entry of entries) {
    const { write } = entry;
    const table = openTable(context, write.tableName);
    write.check(table);
    const id = itemId(table, write.target);
    if (seen.has(id)) throw validationError('Provided list of item keys contains duplicates');
    seen.add(id);
    // A transaction under way has the item: to be tried again.
    if (isHeld(context, table, write.target)) held.push(entry);
  }
  const unprocessed: Record<string, unknown[]> = {};
  for (const { name, request } of held) unprocessed[name] = [...(unprocessed[name] ?? []), request];
  const written = entries
    .filter((entry) => !held.includes(entry))
    .map(({ write }) => ({ write, ...performWrite(context, write) }));
  const metrics: Record<string, unknown[]> = {};
  for (const { write, table } of written) {
    const metric = collectionMetrics(input.ReturnItemCollectionMetrics, table, write.target);
    if (metric !== undefined) metrics[table.name] = [...(metrics[table.name] ?? []), metric];
  }
  return {
    UnprocessedItems: unprocessed,
    ItemCollectionMetrics: Object.keys(metrics).length > 0 ? metrics : undefined,
    ConsumedCapacity: consumedCapacities(
      input.ReturnConsumedCapacity,
      written.map((entry) => writeUsage(entry)),
    ),
  };
};

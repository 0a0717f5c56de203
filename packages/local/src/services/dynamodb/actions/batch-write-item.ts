import type { Action } from '../../../core/service.ts';
import { consumedCapacities } from '../capacity.ts';
import { validationError } from '../errors.ts';
import { checkInput } from '../input/check-input.ts';
import { ATTRIBUTES, COLLECTION_METRICS, CONSUMED_CAPACITY } from '../input/members.ts';
import type { Checked } from '../input/shape.ts';
import { checkTableNames } from '../tables/check-table-names.ts';
import { openTable, tableArn } from '../tables/find-table.ts';
import { isHeld, itemId } from '../transactions/held-items.ts';
import { collectionMetrics } from '../writes/collection-metrics.ts';
import { performWrite } from '../writes/perform-write.ts';
import { readDelete } from '../writes/read-delete.ts';
import { readPut } from '../writes/read-put.ts';
import type { Write } from '../writes/write.ts';
import { writeUsage } from '../writes/write-usage.ts';

const REQUEST = {
  type: 'structure',
  members: {
    PutRequest: { type: 'structure', members: { Item: { ...ATTRIBUTES, required: true } } },
    DeleteRequest: { type: 'structure', members: { Key: { ...ATTRIBUTES, required: true } } },
  },
} as const;

const INPUT = {
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
  const input = checkInput(raw, INPUT);
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

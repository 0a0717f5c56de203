import type { Action } from '../../../core/service.ts';
import { consumedCapacity } from '../capacity.ts';
import { checkInput } from '../input/check-input.ts';
import { COLLECTION_METRICS, CONSUMED_CAPACITY, RETURN_VALUES } from '../input/members.ts';
import { LEGACY_WRITE } from '../legacy/legacy-input.ts';
import { tableArn } from '../tables/find-table.ts';
import { checkReturnsOld } from '../writes/check-returns-old.ts';
import { collectionMetrics } from '../writes/collection-metrics.ts';
import { performWrite } from '../writes/perform-write.ts';
import { readDelete } from '../writes/read-delete.ts';
import { DELETE } from '../writes/write-input.ts';
import { writeUsage } from '../writes/write-usage.ts';

const INPUT = {
  ...DELETE,
  ...LEGACY_WRITE,
  ReturnValues: RETURN_VALUES,
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
  ReturnItemCollectionMetrics: COLLECTION_METRICS,
} as const;

export const deleteItem: Action = (raw, context) => {
  const input = checkInput(raw, INPUT);
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

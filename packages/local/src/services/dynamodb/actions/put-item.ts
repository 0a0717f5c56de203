import type { Action } from '../../../core/service.ts';
import { consumedCapacity } from '../capacity.ts';
import { checkInput } from '../input/check-input.ts';
import { COLLECTION_METRICS, CONSUMED_CAPACITY, RETURN_VALUES } from '../input/members.ts';
import { LEGACY_WRITE } from '../legacy/legacy-input.ts';
import { tableArn } from '../tables/find-table.ts';
import { checkReturnsOld } from '../writes/check-returns-old.ts';
import { collectionMetrics } from '../writes/collection-metrics.ts';
import { performWrite } from '../writes/perform-write.ts';
import { readPut } from '../writes/read-put.ts';
import { PUT } from '../writes/write-input.ts';
import { writeUsage } from '../writes/write-usage.ts';

const INPUT = {
  ...PUT,
  ...LEGACY_WRITE,
  ReturnValues: RETURN_VALUES,
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
  ReturnItemCollectionMetrics: COLLECTION_METRICS,
} as const;

export const putItem: Action = (raw, context) => {
  const input = checkInput(raw, INPUT);
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

import type { Action } from '../../../core/service.ts';
import { consumedCapacity } from '../capacity.ts';
import { project } from '../expressions/project.ts';
import { checkInput } from '../input/check-input.ts';
import { COLLECTION_METRICS, CONSUMED_CAPACITY, RETURN_VALUES } from '../input/members.ts';
import { LEGACY_UPDATE } from '../legacy/legacy-input.ts';
import { tableArn } from '../tables/find-table.ts';
import type { Attributes } from '../values/attribute-value.ts';
import { collectionMetrics } from '../writes/collection-metrics.ts';
import type { Written } from '../writes/perform-write.ts';
import { performWrite } from '../writes/perform-write.ts';
import { readUpdate } from '../writes/read-update.ts';
import type { Write } from '../writes/write.ts';
import { UPDATE } from '../writes/write-input.ts';
import { writeUsage } from '../writes/write-usage.ts';

const INPUT = {
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
  const input = checkInput(raw, INPUT);
  context.touches(tableArn(context, input.TableName));
  const write = readUpdate(input);
  const written = performWrite(context, write);
  return {
    Attributes: returned(input.ReturnValues, write, written),
    ConsumedCapacity: consumedCapacity(input.ReturnConsumedCapacity, writeUsage(written)),
    ItemCollectionMetrics: collectionMetrics(input.ReturnItemCollectionMetrics, written.table, write.target),
  };
};

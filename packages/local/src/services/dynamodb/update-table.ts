import type { Action } from '../../core/service.ts';
import { resourceNotFound, validationError } from './errors.ts';
import { checkInput } from './input/check-input.ts';
import type { CheckedMembers } from './input/shape.ts';
import { NAME, TABLE_NAME } from './input/shape.ts';
import { positionOf } from './item-store.ts';
import { keyAttributes } from './key-schema.ts';
import { STREAM_SPECIFICATION, switchStream } from './stream-settings.ts';
import type { SecondaryIndex, Table } from './table.ts';
import {
  ATTRIBUTE_DEFINITIONS,
  checkAllDeclaredUsed,
  checkIndexes,
  ENCRYPTION,
  GLOBAL_INDEX,
  readAttributeTypes,
  readEncryption,
  readGlobalIndex,
} from './table-definition.ts';
import { tableDescription } from './table-description.ts';
import { openNamedTable, tableArn } from './table-store.ts';
import type { BillingMode } from './throughput.ts';
import { BILLING_MODE, changeCapacity, ON_DEMAND_THROUGHPUT, THROUGHPUT, WARM_THROUGHPUT } from './throughput.ts';

const INDEX_UPDATE = {
  type: 'structure',
  members: {
    Create: GLOBAL_INDEX,
    Update: {
      type: 'structure',
      members: {
        IndexName: { ...NAME, required: true },
        ProvisionedThroughput: THROUGHPUT,
        OnDemandThroughput: ON_DEMAND_THROUGHPUT,
        WarmThroughput: WARM_THROUGHPUT,
      },
    },
    Delete: { type: 'structure', members: { IndexName: { ...NAME, required: true } } },
  },
} as const;

const UPDATE_TABLE_INPUT = {
  TableName: { ...TABLE_NAME, required: true },
  AttributeDefinitions: ATTRIBUTE_DEFINITIONS,
  BillingMode: BILLING_MODE,
  ProvisionedThroughput: THROUGHPUT,
  OnDemandThroughput: ON_DEMAND_THROUGHPUT,
  WarmThroughput: WARM_THROUGHPUT,
  StreamSpecification: STREAM_SPECIFICATION,
  SSESpecification: ENCRYPTION,
  DeletionProtectionEnabled: { type: 'boolean' },
  TableClass: { type: 'string', values: ['STANDARD', 'STANDARD_INFREQUENT_ACCESS'] },
  GlobalSecondaryIndexUpdates: { type: 'list', of: INDEX_UPDATE },
} as const;

type UpdateTableInput = CheckedMembers<typeof UPDATE_TABLE_INPUT>;

interface Modes {
  readonly before: BillingMode;
  readonly after: BillingMode;
}

const invalid = (reason: string) => validationError(`One or more parameter values were invalid: ${reason}`);

/** AWS's names of the members, as its message lists them. */
const CHANGES: ReadonlyArray<keyof UpdateTableInput> = [
  'ProvisionedThroughput',
  'BillingMode',
  'StreamSpecification',
  'GlobalSecondaryIndexUpdates',
  'SSESpecification',
  'DeletionProtectionEnabled',
  'OnDemandThroughput',
  'WarmThroughput',
  'TableClass',
];

/**
 * Refuses members that do not go together. Texts recorded on AWS (ack-api-quirks, DDB-TABLE-442).
 */
function checkTogether(input: UpdateTableInput): void {
  const given = CHANGES.filter((name) => input[name] !== undefined);
  if (given.length === 0 || input.GlobalSecondaryIndexUpdates?.length === 0) {
    throw validationError(
      'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, ' +
        'SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, ' +
        'DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required',
    );
  }
  if (given.length > 1 && input.SSESpecification !== undefined) {
    throw invalid('Server-Side Encryption modification must be the only operation in the request');
  }
  if (given.length > 1 && input.TableClass !== undefined) {
    throw invalid('TableClass modification must be the only operation in the request');
  }
  if (given.length > 1 && input.DeletionProtectionEnabled !== undefined) {
    throw invalid('DeletionProtection modification must be the only operation in the request');
  }
  if (input.StreamSpecification !== undefined && input.ProvisionedThroughput !== undefined) {
    throw invalid('You cannot modify stream status while updating table IOPS');
  }
}

/** Refuses throughput that does not fit the billing mode. */
function checkBilling(input: UpdateTableInput, { after }: Modes): void {
  if (after === 'PAY_PER_REQUEST' && input.ProvisionedThroughput !== undefined) {
    throw invalid(
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  if (input.BillingMode === 'PROVISIONED' && input.ProvisionedThroughput === undefined) {
    throw invalid('ProvisionedThroughput must be specified when BillingMode is PROVISIONED');
  }
}

function openIndex(table: Table, name: string): SecondaryIndex {
  const index = table.indexes.get(name);
  if (index?.kind !== 'global') throw resourceNotFound(`Index: ${name} not found`);
  return index;
}

function backfill(table: Table, index: SecondaryIndex): void {
  for (const row of table.byId.values()) {
    const position = positionOf(index.key, row.item, table.key);
    if (position !== undefined) index.rows.put(position, row);
  }
}

type IndexUpdate = NonNullable<NonNullable<UpdateTableInput['GlobalSecondaryIndexUpdates']>[number]['Update']>;

function changedIndex(table: Table, update: IndexUpdate, modes: Modes): SecondaryIndex {
  const index = openIndex(table, update.IndexName);
  const { ProvisionedThroughput, OnDemandThroughput, WarmThroughput } = update;
  if (modes.after === 'PAY_PER_REQUEST' && ProvisionedThroughput !== undefined) {
    throw invalid(
      `Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: ${index.name} ` +
        'when BillingMode is PAY_PER_REQUEST',
    );
  }
  if (modes.after === 'PAY_PER_REQUEST' && OnDemandThroughput === undefined && WarmThroughput === undefined) {
    throw invalid(
      `The only Updates for index: ${index.name} when TableThroughputMode is PAY_PER_REQUEST can be to ` +
        'OnDemandThroughput, WarmThroughput',
    );
  }
  return { ...index, capacity: changeCapacity(index.capacity, update, modes, index.name) };
}

/** The indexes afterwards, with the attribute types that they need. @throws ServiceError */
function changedIndexes(table: Table, input: UpdateTableInput, modes: Modes) {
  const declared = readAttributeTypes(input.AttributeDefinitions ?? []);
  const types = new Map([...table.attributeTypes, ...declared]);
  const indexes = new Map(table.indexes);
  const created: SecondaryIndex[] = [];
  for (const { Create, Update, Delete } of input.GlobalSecondaryIndexUpdates ?? []) {
    const actions = [Create, Update, Delete].filter((action) => action !== undefined);
    if (actions.length === 0) {
      throw invalid(
        'One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, ' +
          'GlobalSecondaryIndexUpdate.Delete must not be null',
      );
    }
    if (actions.length > 1) {
      throw invalid('Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object');
    }
    if (Create !== undefined) {
      if (table.indexes.has(Create.IndexName)) {
        throw validationError('Attempting to create an index which already exists');
      }
      created.push(readGlobalIndex(Create, types, modes.after));
    }
    if (Delete !== undefined) indexes.delete(openIndex(table, Delete.IndexName).name);
    if (Update !== undefined) indexes.set(Update.IndexName, changedIndex(table, Update, modes));
  }
  // AWS works on one index at a time.
  if (created.length > 1) {
    throw validationError(
      'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
    );
  }
  const all = [...indexes.values(), ...created];
  checkIndexes(all);
  const used = new Set([table.key, ...all.map(({ key }) => key)].flatMap(keyAttributes).map(({ name }) => name));
  const remaining = new Map([...types].filter(([name]) => used.has(name) || declared.has(name)));
  checkAllDeclaredUsed(remaining, table.key, all);
  return { all, created, types: remaining };
}

/** A switch of the billing mode changes the capacity of every global index too. */
function rebilled(index: SecondaryIndex, modes: Modes): SecondaryIndex {
  if (index.kind === 'local' || modes.before === modes.after) return index;
  return { ...index, capacity: changeCapacity(index.capacity, {}, modes, index.name) };
}

export const updateTable: Action = (raw, context) => {
  const input = checkInput(raw, UPDATE_TABLE_INPUT);
  context.touches(tableArn(context, input.TableName));
  checkTogether(input);
  const table = openNamedTable(context, input.TableName);
  const modes = { before: table.billing.mode, after: input.BillingMode ?? table.billing.mode };
  checkBilling(input, modes);
  const capacity = changeCapacity(table.capacity, input, modes);
  const { all, created, types } = changedIndexes(table, input, modes);
  const encryption = input.SSESpecification && readEncryption(context, input.SSESpecification);
  if (input.SSESpecification !== undefined && encryption === undefined && table.encryption === undefined) {
    throw invalid('Table is already encrypted by default');
  }
  if (input.StreamSpecification !== undefined) switchStream(context, table, input.StreamSpecification);
  for (const index of created) backfill(table, index);
  table.indexes = new Map(all.map((index) => [index.name, rebilled(index, modes)]));
  table.attributeTypes = types;
  table.capacity = capacity;
  if (input.DeletionProtectionEnabled !== undefined) table.deletionProtected = input.DeletionProtectionEnabled;
  if (input.SSESpecification !== undefined) table.encryption = encryption;
  if (input.TableClass !== undefined) table.tableClass = input.TableClass;
  const { onDemandSinceMs } = table.billing;
  table.billing = {
    mode: modes.after,
    onDemandSinceMs: modes.after === 'PAY_PER_REQUEST' ? (onDemandSinceMs ?? context.clock.now()) : onDemandSinceMs,
  };
  return { TableDescription: tableDescription(table, 'UPDATING') };
};

import { randomUUID } from 'node:crypto';
import type { Action } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { notImplemented, resourceNotFound, validationError } from './errors.ts';
import { checkInput } from './input/check-input.ts';
import type { CheckedMembers } from './input/shape.ts';
import { ANYTHING, NAME, TABLE_NAME } from './input/shape.ts';
import { positionOf } from './item-store.ts';
import { keyAttributes } from './key-schema.ts';
import { makePolicy } from './resource-policy.ts';
import { openStream, readStreamView, STREAM_SPECIFICATION, switchStream } from './stream-settings.ts';
import type { SecondaryIndex, Table } from './table.ts';
import { emptyTable } from './table.ts';
import {
  ATTRIBUTE_DEFINITIONS,
  BILLING_MODE,
  checkAllDeclaredUsed,
  checkIndexes,
  ENCRYPTION,
  GLOBAL_INDEX,
  KEY_SCHEMA,
  LOCAL_INDEX,
  readAttributeTypes,
  readEncryption,
  readGlobalIndex,
  readKeySchema,
  readLocalIndex,
  readThroughput,
  TAGS,
  THROUGHPUT,
} from './table-definition.ts';
import { tableDescription } from './table-description.ts';
import { findTable, openNamedTable, STORE, tableArn } from './table-store.ts';
import { closeStream } from './table-stream.ts';
import { readTags } from './tags.ts';

const CREATE_TABLE_INPUT = {
  TableName: { ...TABLE_NAME, required: true },
  AttributeDefinitions: { ...ATTRIBUTE_DEFINITIONS, required: true },
  KeySchema: { ...KEY_SCHEMA, required: true },
  BillingMode: BILLING_MODE,
  ProvisionedThroughput: THROUGHPUT,
  GlobalSecondaryIndexes: { type: 'list', of: GLOBAL_INDEX },
  LocalSecondaryIndexes: { type: 'list', of: LOCAL_INDEX },
  DeletionProtectionEnabled: { type: 'boolean' },
  SSESpecification: ENCRYPTION,
  TableClass: { type: 'string', values: ['STANDARD', 'STANDARD_INFREQUENT_ACCESS'] },
  Tags: TAGS,
  StreamSpecification: STREAM_SPECIFICATION,
  ResourcePolicy: { type: 'string' },
  GlobalTableSourceArn: ANYTHING,
} as const;

type CreateTableInput = CheckedMembers<typeof CREATE_TABLE_INPUT>;

function checkBilling({ BillingMode, ProvisionedThroughput, GlobalSecondaryIndexes = [] }: CreateTableInput): void {
  const isOnDemand = BillingMode === 'PAY_PER_REQUEST';
  if (isOnDemand && ProvisionedThroughput !== undefined) {
    throw validationError(
      'One or more parameter values were invalid: ' +
        'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  if (!isOnDemand && ProvisionedThroughput === undefined) {
    throw validationError(
      'One or more parameter values were invalid: ' +
        'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    );
  }
  const odd = GlobalSecondaryIndexes.find((index) => (index.ProvisionedThroughput === undefined) !== isOnDemand);
  if (odd !== undefined) {
    throw validationError(
      'One or more parameter values were invalid: ProvisionedThroughput ' +
        `${isOnDemand ? 'should not be' : 'must be'} specified for index: ${odd.IndexName}`,
    );
  }
}

function checkSupported(input: CreateTableInput): void {
  if (input.GlobalTableSourceArn !== undefined) throw notImplemented('CreateTable', 'a global table');
}

function readIndexes(input: CreateTableInput) {
  for (const name of ['LocalSecondaryIndexes', 'GlobalSecondaryIndexes'] as const) {
    if (input[name]?.length === 0) {
      throw validationError(`One or more parameter values were invalid: List of ${name} is empty`); // recorded on AWS
    }
  }
  const types = readAttributeTypes(input.AttributeDefinitions);
  if (input.KeySchema.some(({ AttributeName }) => !types.has(AttributeName))) {
    throw validationError('Invalid KeySchema: Some index key attribute have no definition'); // recorded on AWS
  }
  const key = readKeySchema(input.KeySchema, types);
  const indexes = [
    ...(input.LocalSecondaryIndexes ?? []).map((index) => readLocalIndex(index, types, key)),
    ...(input.GlobalSecondaryIndexes ?? []).map((index) => readGlobalIndex(index, types)),
  ];
  checkIndexes(indexes);
  checkAllDeclaredUsed(types, key, indexes);
  return { types, key, indexes };
}

export const createTable: Action = (raw, context) => {
  const input = checkInput(raw, CREATE_TABLE_INPUT);
  const arn = tableArn(context, input.TableName);
  context.touches(arn);
  checkSupported(input);
  checkBilling(input);
  const viewType = input.StreamSpecification === undefined ? undefined : readStreamView(input.StreamSpecification);
  const { types, key, indexes } = readIndexes(input);
  const name = arn.slice(arn.indexOf('/') + 1);
  if (findTable(context, name) !== undefined) {
    throw new ServiceError('ResourceInUseException', `Table already exists: ${name}`);
  }
  const now = context.clock.now();
  const isOnDemand = input.BillingMode === 'PAY_PER_REQUEST';
  const { SSESpecification: encryption } = input;
  const table = emptyTable({
    name,
    arn,
    id: randomUUID(),
    createdAtMs: now,
    key,
    attributeTypes: types,
    billing: {
      mode: isOnDemand ? 'PAY_PER_REQUEST' : 'PROVISIONED',
      onDemandSinceMs: isOnDemand ? now : undefined,
    },
    throughput: readThroughput(input.ProvisionedThroughput),
    indexes: new Map(indexes.map((index) => [index.name, index])),
    deletionProtected: input.DeletionProtectionEnabled ?? false,
    encryption: encryption && readEncryption(context, encryption),
    tableClass: input.TableClass,
    policy: input.ResourcePolicy === undefined ? undefined : makePolicy(input.ResourcePolicy),
    tags: readTags(input.Tags ?? []),
  });
  context.stores.get(STORE).tables.set(name, table);
  if (viewType !== undefined) openStream(context, table, viewType);
  // AWS answers CREATING and turns ACTIVE within seconds; here it is ACTIVE by the next call.
  return { TableDescription: tableDescription(table, 'CREATING') };
};

const ELSEWHERE = {
  ReplicaUpdates: ANYTHING,
  GlobalTableWitnessUpdates: ANYTHING,
} as const;

const UPDATE_TABLE_INPUT = {
  TableName: { ...TABLE_NAME, required: true },
  AttributeDefinitions: ATTRIBUTE_DEFINITIONS,
  BillingMode: BILLING_MODE,
  ProvisionedThroughput: THROUGHPUT,
  StreamSpecification: STREAM_SPECIFICATION,
  SSESpecification: ENCRYPTION,
  DeletionProtectionEnabled: { type: 'boolean' },
  TableClass: { type: 'string', values: ['STANDARD', 'STANDARD_INFREQUENT_ACCESS'] },
  GlobalSecondaryIndexUpdates: {
    type: 'list',
    of: {
      type: 'structure',
      members: {
        Create: GLOBAL_INDEX,
        Update: {
          type: 'structure',
          members: { IndexName: { ...NAME, required: true }, ProvisionedThroughput: THROUGHPUT },
        },
        Delete: { type: 'structure', members: { IndexName: { ...NAME, required: true } } },
      },
    },
  },
  ...ELSEWHERE,
} as const;

type UpdateTableInput = CheckedMembers<typeof UPDATE_TABLE_INPUT>;

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

/** Refuses throughput that does not fit or does not change. The texts were recorded on AWS. */
function checkThroughput({ billing, throughput }: Table, input: UpdateTableInput): void {
  const wanted = input.ProvisionedThroughput;
  if (wanted === undefined) return;
  const mode = input.BillingMode ?? billing.mode;
  if (mode === 'PAY_PER_REQUEST') {
    throw validationError(
      'One or more parameter values were invalid: ' +
        'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  const { ReadCapacityUnits: reads, WriteCapacityUnits: writes } = wanted;
  if (billing.mode === 'PROVISIONED' && throughput.read === reads && throughput.write === writes) {
    throw validationError(
      'The provisioned throughput for the table will not change. The requested value equals the current value. ' +
        `Current ReadCapacityUnits provisioned for the table: ${reads}. Requested ReadCapacityUnits: ${reads}. ` +
        `Current WriteCapacityUnits provisioned for the table: ${writes}. Requested WriteCapacityUnits: ${writes}. ` +
        'Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.',
    );
  }
}

/** The indexes afterwards, with the attribute types that they need. @throws ServiceError */
function changedIndexes(table: Table, input: UpdateTableInput) {
  const updates = input.GlobalSecondaryIndexUpdates ?? [];
  const declared = readAttributeTypes(input.AttributeDefinitions ?? []);
  const types = new Map([...table.attributeTypes, ...declared]);
  const indexes = new Map(table.indexes);
  const created: SecondaryIndex[] = [];
  for (const { Create, Update, Delete } of updates) {
    if (Create !== undefined) created.push(readGlobalIndex(Create, types));
    if (Delete !== undefined) indexes.delete(openIndex(table, Delete.IndexName).name);
    if (Update !== undefined) {
      const index = openIndex(table, Update.IndexName);
      indexes.set(index.name, { ...index, throughput: readThroughput(Update.ProvisionedThroughput) });
    }
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
  const kept = new Map([...types].filter(([name]) => used.has(name) || declared.has(name)));
  checkAllDeclaredUsed(kept, table.key, all);
  return { all, created, types: kept };
}

export const updateTable: Action = (raw, context) => {
  const input = checkInput(raw, UPDATE_TABLE_INPUT);
  context.touches(tableArn(context, input.TableName));
  const elsewhere = Object.keys(ELSEWHERE).find((name) => input[name as keyof UpdateTableInput] !== undefined); // the names are INPUT's
  if (elsewhere !== undefined) throw notImplemented('UpdateTable', elsewhere);
  const table = openNamedTable(context, input.TableName);
  checkThroughput(table, input);
  const { all, created, types } = changedIndexes(table, input);
  if (input.StreamSpecification !== undefined) switchStream(context, table, input.StreamSpecification);
  for (const index of created) backfill(table, index);
  table.indexes = new Map(all.map((index) => [index.name, index]));
  table.attributeTypes = types;
  if (input.ProvisionedThroughput !== undefined) table.throughput = readThroughput(input.ProvisionedThroughput);
  if (input.DeletionProtectionEnabled !== undefined) table.deletionProtected = input.DeletionProtectionEnabled;
  if (input.SSESpecification !== undefined) table.encryption = readEncryption(context, input.SSESpecification);
  if (input.TableClass !== undefined) table.tableClass = input.TableClass;
  if (input.BillingMode === 'PAY_PER_REQUEST') {
    table.billing = { mode: 'PAY_PER_REQUEST', onDemandSinceMs: table.billing.onDemandSinceMs ?? context.clock.now() };
    table.throughput = readThroughput(undefined);
  } else if (input.BillingMode === 'PROVISIONED') table.billing = { ...table.billing, mode: 'PROVISIONED' };
  return { TableDescription: tableDescription(table, 'UPDATING') };
};

export const deleteTable: Action = (raw, context) => {
  const { TableName } = checkInput(raw, { TableName: { ...TABLE_NAME, required: true } } as const);
  context.touches(tableArn(context, TableName));
  const table = openNamedTable(context, TableName);
  if (table.deletionProtected) {
    throw validationError(
      `Resource cannot be deleted as it is currently protected against deletion. ` +
        'Disable deletion protection first.',
    );
  }
  const now = context.clock.now();
  if (table.stream !== undefined && table.stream.disabledAtMs === undefined) closeStream(table.stream, now);
  context.stores.get(STORE).tables.delete(table.name);
  // AWS answers DELETING and forgets the table within seconds; here it is gone by the next call.
  return { TableDescription: tableDescription(table, 'DELETING') };
};

export const describeTable: Action = (raw, context) => {
  const { TableName } = checkInput(raw, { TableName: { ...TABLE_NAME, required: true } } as const);
  context.touches(tableArn(context, TableName));
  return { Table: tableDescription(openNamedTable(context, TableName), 'ACTIVE') };
};

const LIST_TABLES_INPUT = { ExclusiveStartTableName: NAME, Limit: { type: 'Integer', min: 1, max: 100 } } as const;

export const listTables: Action = (raw, context) => {
  const { ExclusiveStartTableName: start, Limit = 100 } = checkInput(raw, LIST_TABLES_INPUT);
  context.touches('*');
  const names = [...context.stores.get(STORE).tables.keys()]
    .sort()
    .filter((name) => start === undefined || name > start);
  const page = names.slice(0, Limit);
  return { TableNames: page, LastEvaluatedTableName: names.length > Limit ? page.at(-1) : undefined };
};

/** The quotas that an account begins with. Source: "Service quotas". */
export const describeLimits: Action = (raw, context) => {
  checkInput(raw, {});
  context.touches('*');
  return {
    AccountMaxReadCapacityUnits: 80_000,
    AccountMaxWriteCapacityUnits: 80_000,
    TableMaxReadCapacityUnits: 40_000,
    TableMaxWriteCapacityUnits: 40_000,
  };
};

/** For clients that discover endpoints: this one. */
export const describeEndpoints: Action = (raw, context) => {
  checkInput(raw, {});
  context.touches('*');
  return { Endpoints: [{ Address: new URL(context.origin).host, CachePeriodInMinutes: 1440 }] };
};

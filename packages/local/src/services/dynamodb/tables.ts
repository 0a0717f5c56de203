import { randomUUID } from 'node:crypto';
import type { Action } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { validationError } from './errors.ts';
import { checkInput } from './input/check-input.ts';
import type { CheckedMembers } from './input/shape.ts';
import { NAME, TABLE_NAME } from './input/shape.ts';
import { makePolicy } from './resource-policy.ts';
import { openStream, readStreamView, STREAM_SPECIFICATION } from './stream-settings.ts';
import { emptyTable } from './table.ts';
import {
  ATTRIBUTE_DEFINITIONS,
  checkAllDeclaredUsed,
  checkIndexes,
  ENCRYPTION,
  GLOBAL_INDEX,
  KEY_SCHEMA,
  LOCAL_INDEX,
  readAttributeTypes,
  readEncryption,
  readGlobalIndex,
  readLocalIndex,
  readTableKey,
  TAGS,
} from './table-definition.ts';
import { tableDescription } from './table-description.ts';
import { findTable, openNamedTable, STORE, tableArn } from './table-store.ts';
import { closeStream } from './table-stream.ts';
import { readTags } from './tags.ts';
import { BILLING_MODE, ON_DEMAND_THROUGHPUT, readCapacity, THROUGHPUT, WARM_THROUGHPUT } from './throughput.ts';

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
  OnDemandThroughput: ON_DEMAND_THROUGHPUT,
  WarmThroughput: WARM_THROUGHPUT,
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
      'One or more parameter values were invalid: ' +
        (isOnDemand
          ? `ProvisionedThroughput should not be specified for index: ${odd.IndexName} when BillingMode is PAY_PER_REQUEST`
          : `ProvisionedThroughput is not specified for index: ${odd.IndexName}`),
    );
  }
}

function readIndexes(input: CreateTableInput) {
  for (const name of ['LocalSecondaryIndexes', 'GlobalSecondaryIndexes'] as const) {
    if (input[name]?.length === 0) {
      throw validationError(`One or more parameter values were invalid: List of ${name} is empty`); // recorded on AWS
    }
  }
  const types = readAttributeTypes(input.AttributeDefinitions);
  const key = readTableKey(input.KeySchema, types);
  const mode = input.BillingMode ?? 'PROVISIONED';
  const indexes = [
    ...(input.LocalSecondaryIndexes ?? []).map((index) => readLocalIndex(index, types, key)),
    ...(input.GlobalSecondaryIndexes ?? []).map((index) => readGlobalIndex(index, types, mode)),
  ];
  checkIndexes(indexes);
  checkAllDeclaredUsed(types, key, indexes);
  return { types, key, indexes };
}

export const createTable: Action = (raw, context) => {
  const input = checkInput(raw, CREATE_TABLE_INPUT);
  const arn = tableArn(context, input.TableName);
  context.touches(arn);
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
    capacity: readCapacity(input, isOnDemand ? 'PAY_PER_REQUEST' : 'PROVISIONED'),
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

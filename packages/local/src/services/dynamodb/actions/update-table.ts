import type { Action } from '../../../core/service.ts';
import { notImplemented, resourceNotFound, validationError } from '../errors.ts';
import { checkInput } from '../input/check-input.ts';
import { ANYTHING, NAME, TABLE_NAME } from '../input/members.ts';
import type { CheckedMembers } from '../input/shape.ts';
import { STREAM_SPECIFICATION, switchStream } from '../streams/switch-stream.ts';
import { checkAllDeclaredUsed, checkIndexes } from '../tables/check-indexes.ts';
import { ATTRIBUTE_DEFINITIONS, BILLING_MODE, GLOBAL_INDEX, THROUGHPUT } from '../tables/definition-input.ts';
import { describeTable } from '../tables/describe-table.ts';
import { ENCRYPTION, readEncryption } from '../tables/encryption.ts';
import { openNamedTable, tableArn } from '../tables/find-table.ts';
import { keyAttributes } from '../tables/key-schema.ts';
import { positionOf } from '../tables/position.ts';
import { readGlobalIndex, readThroughput } from '../tables/read-index.ts';
import { readAttributeTypes } from '../tables/read-key-schema.ts';
import type { SecondaryIndex, Table } from '../tables/table.ts';

const ELSEWHERE = {
  ReplicaUpdates: ANYTHING,
  GlobalTableWitnessUpdates: ANYTHING,
} as const;

const INPUT = {
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

type Input = CheckedMembers<typeof INPUT>;

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

/** The indexes afterwards, with the attribute types that they need. @throws ServiceError */
function changedIndexes(table: Table, input: Input) {
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
  const input = checkInput(raw, INPUT);
  context.touches(tableArn(context, input.TableName));
  const elsewhere = Object.keys(ELSEWHERE).find((name) => input[name as keyof Input] !== undefined); // the names are INPUT's
  if (elsewhere !== undefined) throw notImplemented('UpdateTable', elsewhere);
  const table = openNamedTable(context, input.TableName);
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
  return { TableDescription: describeTable(table, 'UPDATING') };
};

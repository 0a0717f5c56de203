import { randomUUID } from 'node:crypto';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { notImplemented, validationError } from '../errors.ts';
import { checkInput } from '../input/check-input.ts';
import { ANYTHING, TABLE_NAME } from '../input/members.ts';
import type { CheckedMembers } from '../input/shape.ts';
import { STORE } from '../store.ts';
import { openStream, readStreamView, STREAM_SPECIFICATION } from '../streams/switch-stream.ts';
import { checkAllDeclaredUsed, checkIndexes } from '../tables/check-indexes.ts';
import {
  ATTRIBUTE_DEFINITIONS,
  BILLING_MODE,
  GLOBAL_INDEX,
  KEY_SCHEMA,
  LOCAL_INDEX,
  TAGS,
  THROUGHPUT,
} from '../tables/definition-input.ts';
import { describeTable } from '../tables/describe-table.ts';
import { ENCRYPTION, readEncryption } from '../tables/encryption.ts';
import { findTable, tableArn } from '../tables/find-table.ts';
import { readGlobalIndex, readLocalIndex, readThroughput } from '../tables/read-index.ts';
import { readAttributeTypes, readKeySchema } from '../tables/read-key-schema.ts';
import { makePolicy } from '../tables/resource-policy.ts';
import { emptyTable } from '../tables/table.ts';
import { readTags } from '../tables/tags.ts';

const INPUT = {
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

type Input = CheckedMembers<typeof INPUT>;

function checkBilling({ BillingMode, ProvisionedThroughput, GlobalSecondaryIndexes = [] }: Input): void {
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

function checkSupported(input: Input): void {
  if (input.GlobalTableSourceArn !== undefined) throw notImplemented('CreateTable', 'a global table');
}

function readIndexes(input: Input) {
  for (const list of [input.GlobalSecondaryIndexes, input.LocalSecondaryIndexes]) {
    if (list?.length === 0)
      throw validationError('One or more parameter values were invalid: List of indexes is empty');
  }
  const types = readAttributeTypes(input.AttributeDefinitions);
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
  const input = checkInput(raw, INPUT);
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
  return { TableDescription: describeTable(table, 'CREATING') };
};

import { partitionOf } from '../../core/partition.ts';
import type { CallContext } from '../../core/service.ts';
import { validationError } from './errors.ts';
import type { Checked, Members } from './input/shape.ts';
import { ANYTHING, NAME } from './input/shape.ts';
import { ItemIndex } from './item-store.ts';
import type { KeyAttribute, KeySchema, KeyType } from './key-schema.ts';
import { keyAttributes } from './key-schema.ts';
import type { Projection, SecondaryIndex, Table, Throughput } from './table.ts';

const KEY_NAME = { type: 'string', min: 1, max: 255, required: true } as const;

export const KEY_SCHEMA = {
  type: 'list',
  min: 1,
  max: 2,
  of: {
    type: 'structure',
    members: { AttributeName: KEY_NAME, KeyType: { type: 'string', values: ['HASH', 'RANGE'], required: true } },
  },
} as const;

export const ATTRIBUTE_DEFINITIONS = {
  type: 'list',
  of: {
    type: 'structure',
    members: { AttributeName: KEY_NAME, AttributeType: { type: 'string', values: ['B', 'N', 'S'], required: true } },
  },
} as const;

export const THROUGHPUT = {
  type: 'structure',
  members: {
    ReadCapacityUnits: { type: 'Long', min: 1, required: true },
    WriteCapacityUnits: { type: 'Long', min: 1, required: true },
  },
} as const;

export const BILLING_MODE = { type: 'string', values: ['PROVISIONED', 'PAY_PER_REQUEST'] } as const;

const INDEX = {
  IndexName: { ...NAME, required: true },
  KeySchema: { ...KEY_SCHEMA, required: true },
  Projection: {
    type: 'structure',
    required: true,
    members: {
      ProjectionType: { type: 'string', values: ['ALL', 'INCLUDE', 'KEYS_ONLY'] },
      NonKeyAttributes: { type: 'list', min: 1, max: 20, of: { type: 'string', min: 1, max: 255 } },
    },
  },
} as const satisfies Members;

export const LOCAL_INDEX = { type: 'structure', members: INDEX } as const;

export const GLOBAL_INDEX = {
  type: 'structure',
  members: { ...INDEX, ProvisionedThroughput: THROUGHPUT, OnDemandThroughput: ANYTHING, WarmThroughput: ANYTHING },
} as const;

export const TAGS = {
  type: 'list',
  of: {
    type: 'structure',
    members: {
      Key: { type: 'string', min: 1, max: 128, required: true },
      Value: { type: 'string', max: 256, required: true },
    },
  },
} as const;

type KeySchemaInput = Checked<typeof KEY_SCHEMA>;
type AttributeDefinitionsInput = Checked<typeof ATTRIBUTE_DEFINITIONS>;
type ThroughputInput = Checked<typeof THROUGHPUT>;
type LocalIndexInput = Checked<typeof LOCAL_INDEX>;
type GlobalIndexInput = Checked<typeof GLOBAL_INDEX>;

/** The declared types by attribute. @throws ServiceError for an attribute declared twice. */
export function readAttributeTypes(definitions: AttributeDefinitionsInput): ReadonlyMap<string, KeyType> {
  const types = new Map<string, KeyType>();
  for (const { AttributeName, AttributeType } of definitions) {
    if (types.has(AttributeName)) {
      throw validationError(
        'One or more parameter values were invalid: ' +
          `Cannot have two attributes with the same name: ${AttributeName}`,
      );
    }
    types.set(AttributeName, AttributeType);
  }
  return types;
}

/** The key of a table or an index. @throws ServiceError for a wrong order of key types or an attribute without a type. */
export function readKeySchema(input: KeySchemaInput, types: ReadonlyMap<string, KeyType>): KeySchema {
  const undefinedNames = input.map(({ AttributeName }) => AttributeName).filter((name) => !types.has(name));
  if (undefinedNames.length > 0) {
    throw validationError(
      'One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. ' +
        `Keys: [${undefinedNames.join(', ')}], AttributeDefinitions: [${[...types.keys()].join(', ')}]`,
    );
  }
  const [first, second] = input;
  if (first?.AttributeName === second?.AttributeName) {
    throw validationError('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  }
  if (first?.KeyType !== 'HASH') {
    throw validationError('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  }
  if (second !== undefined && second.KeyType !== 'RANGE') {
    throw validationError('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
  }
  const attribute = (name: string): KeyAttribute => ({ name, type: types.get(name) ?? 'S' }); // every name has a type: see above
  return {
    hash: attribute(first.AttributeName),
    range: second === undefined ? undefined : attribute(second.AttributeName),
  };
}

const invalid = (reason: string) => validationError(`One or more parameter values were invalid: ${reason}`);

const NO_THROUGHPUT: Throughput = { read: 0, write: 0 };

export function readThroughput(input: ThroughputInput | undefined): Throughput {
  return input === undefined ? NO_THROUGHPUT : { read: input.ReadCapacityUnits, write: input.WriteCapacityUnits };
}

function readProjection({ ProjectionType, NonKeyAttributes }: LocalIndexInput['Projection']): Projection {
  if (ProjectionType === undefined) throw invalid('Unknown ProjectionType: null');
  if (ProjectionType !== 'INCLUDE' && NonKeyAttributes !== undefined) {
    throw invalid(`ProjectionType is ${ProjectionType}, but NonKeyAttributes is specified`);
  }
  if (ProjectionType === 'INCLUDE' && NonKeyAttributes === undefined) {
    throw invalid('ProjectionType is INCLUDE, but NonKeyAttributes is not specified');
  }
  return { type: ProjectionType, nonKeyAttributes: NonKeyAttributes ?? [] };
}

/** @throws ServiceError for a key or projection that a global index cannot have. */
export function readGlobalIndex(input: GlobalIndexInput, types: ReadonlyMap<string, KeyType>): SecondaryIndex {
  return {
    kind: 'global',
    name: input.IndexName,
    key: readKeySchema(input.KeySchema, types),
    projection: readProjection(input.Projection),
    throughput: readThroughput(input.ProvisionedThroughput),
    rows: new ItemIndex(),
  };
}

/** @throws ServiceError for a key or projection that a local index of this table cannot have. */
export function readLocalIndex(
  input: LocalIndexInput,
  types: ReadonlyMap<string, KeyType>,
  table: KeySchema,
): SecondaryIndex {
  if (table.range === undefined) {
    throw invalid('Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex');
  }
  const key = readKeySchema(input.KeySchema, types);
  if (key.range === undefined) {
    throw invalid(`Index KeySchema does not have a range key for index: ${input.IndexName}`);
  }
  if (key.hash.name !== table.hash.name) {
    throw invalid(
      `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${input.IndexName}. ` +
        `index hash key: ${key.hash.name}, table hash key: ${table.hash.name}`,
    );
  }
  return {
    kind: 'local',
    name: input.IndexName,
    key,
    projection: readProjection(input.Projection),
    throughput: NO_THROUGHPUT,
    rows: new ItemIndex(),
  };
}

/** Source: "Service quotas": 20 global (unless raised) and 5 local indexes, 100 projected non-key attributes over all of them. */
const MAX = { global: 20, local: 5 } as const;
const MAX_PROJECTED = 100;

/** Checks what concerns the indexes of a table together. @throws ServiceError */
export function checkIndexes(indexes: readonly SecondaryIndex[]): void {
  const names = indexes.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) throw invalid(`Duplicate index name: ${repeated}`);
  for (const kind of ['global', 'local'] as const) {
    if (indexes.filter((index) => index.kind === kind).length <= MAX[kind]) continue;
    const which = kind === 'global' ? 'GlobalSecondaryIndex count' : 'Number of LocalSecondaryIndexes';
    throw invalid(`${which} exceeds the per-table limit of ${MAX[kind]}`);
  }
  const projected = indexes.reduce((total, { projection }) => total + projection.nonKeyAttributes.length, 0);
  if (projected > MAX_PROJECTED) {
    throw invalid(`Number of projected non-key attributes exceeds the limit of ${MAX_PROJECTED}`);
  }
}

/** Every declared attribute must be a key of something. @throws ServiceError */
export function checkAllDeclaredUsed(
  types: ReadonlyMap<string, KeyType>,
  key: KeySchema,
  indexes: readonly SecondaryIndex[],
): void {
  const used = new Set([key, ...indexes.map((index) => index.key)].flatMap(keyAttributes).map(({ name }) => name));
  if (used.size === types.size) return;
  throw invalid(
    indexes.length === 0
      ? 'Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions'
      : 'Some AttributeDefinitions are not used. ' +
          `AttributeDefinitions: [${[...types.keys()].join(', ')}], keys used: [${[...used].join(', ')}]`,
  );
}

/** For the batch operations, whose input has table names as keys. @throws ServiceError for one that cannot be a table's. */
export function checkTableNames(parameter: string, byTable: Readonly<Record<string, unknown>>): void {
  const odd = Object.keys(byTable).find((name) => !name.startsWith('arn:') && !/^[a-zA-Z0-9_.-]{3,255}$/.test(name));
  if (odd === undefined) return;
  throw validationError(
    `1 validation error detected: Value '{${Object.keys(byTable).join(', ')}}' at '${parameter}' failed to satisfy ` +
      'constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 255, ' +
      'Member must have length greater than or equal to 3, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]',
  );
}

export const ENCRYPTION = {
  type: 'structure',
  members: {
    Enabled: { type: 'boolean' },
    SSEType: { type: 'string', values: ['AES256', 'KMS'] },
    KMSMasterKeyId: { type: 'string' },
  },
} as const;

/** How a table says that it is encrypted; undefined for the key that AWS owns, which AWS does not mention. */
export function readEncryption(
  { account, region }: Pick<CallContext, 'account' | 'region'>,
  { Enabled, KMSMasterKeyId = 'alias/aws/dynamodb' }: Checked<typeof ENCRYPTION>,
): Table['encryption'] {
  if (!Enabled) return undefined;
  if (KMSMasterKeyId.startsWith('arn:')) return { keyArn: KMSMasterKeyId };
  const resource = KMSMasterKeyId.startsWith('alias/') ? KMSMasterKeyId : `key/${KMSMasterKeyId}`;
  return { keyArn: `arn:${partitionOf(region)}:kms:${region}:${account}:${resource}` };
}

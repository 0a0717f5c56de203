import { partitionOf } from '../../core/partition.ts';
import type { CallContext } from '../../core/service.ts';
import { validationError } from './errors.ts';
import type { Checked, Members } from './input/shape.ts';
import { NAME } from './input/shape.ts';
import { ItemIndex } from './item-store.ts';
import type { KeyAttribute, KeySchema, KeyType } from './key-schema.ts';
import { keyAttributes } from './key-schema.ts';
import type { Projection, SecondaryIndex, Table } from './table.ts';
import type { BillingMode } from './throughput.ts';
import { NO_CAPACITY, ON_DEMAND_THROUGHPUT, readCapacity, THROUGHPUT, WARM_THROUGHPUT } from './throughput.ts';

const KEY_NAME = { type: 'string', min: 1, max: 255, required: true } as const;

const KEY_ELEMENTS = {
  type: 'list',
  min: 1,
  of: {
    type: 'structure',
    name: 'KeySchemaElement',
    members: { AttributeName: KEY_NAME, KeyType: { type: 'string', values: ['HASH', 'RANGE'], required: true } },
  },
} as const;

/** The key of a table or a local index. */
export const KEY_SCHEMA = { ...KEY_ELEMENTS, max: 2 } as const;

/**
 * The most hash and the most range attributes of a global index's key. Source: API reference,
 * GlobalSecondaryIndex.
 */
const MAX_OF_KIND = 4;

export const ATTRIBUTE_DEFINITIONS = {
  type: 'list',
  of: {
    type: 'structure',
    members: { AttributeName: KEY_NAME, AttributeType: { type: 'string', values: ['B', 'N', 'S'], required: true } },
  },
} as const;

const INDEX = {
  IndexName: { ...NAME, required: true },
  Projection: {
    type: 'structure',
    required: true,
    members: {
      ProjectionType: { type: 'string', values: ['ALL', 'INCLUDE', 'KEYS_ONLY'] },
      NonKeyAttributes: { type: 'list', min: 1, max: 20, of: { type: 'string', min: 1, max: 255 } },
    },
  },
} as const satisfies Members;

export const LOCAL_INDEX = {
  type: 'structure',
  members: { ...INDEX, KeySchema: { ...KEY_SCHEMA, required: true } },
} as const;

export const GLOBAL_INDEX = {
  type: 'structure',
  members: {
    ...INDEX,
    KeySchema: { ...KEY_ELEMENTS, required: true },
    ProvisionedThroughput: THROUGHPUT,
    OnDemandThroughput: ON_DEMAND_THROUGHPUT,
    WarmThroughput: WARM_THROUGHPUT,
  },
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

const invalid = (reason: string) => validationError(`One or more parameter values were invalid: ${reason}`);

type KeySchemaInput = Checked<typeof KEY_SCHEMA>;
type AttributeDefinitionsInput = Checked<typeof ATTRIBUTE_DEFINITIONS>;
type LocalIndexInput = Checked<typeof LOCAL_INDEX>;
type GlobalIndexInput = Checked<typeof GLOBAL_INDEX>;

/** The declared types by attribute. @throws ServiceError for an attribute declared twice. */
export function readAttributeTypes(definitions: AttributeDefinitionsInput): ReadonlyMap<string, KeyType> {
  const types = new Map<string, KeyType>();
  for (const { AttributeName, AttributeType } of definitions) {
    if (types.has(AttributeName)) {
      throw validationError(`Attribute Name is duplicated: ${AttributeName}`); // recorded on AWS in 2026
    }
    types.set(AttributeName, AttributeType);
  }
  return types;
}

/** @throws ServiceError for a key attribute that is not declared. */
function checkDeclared(input: KeySchemaInput, types: ReadonlyMap<string, KeyType>): void {
  const names = input.map(({ AttributeName }) => AttributeName);
  if (names.every((name) => types.has(name))) return;
  throw invalid(
    'Some index key attributes are not defined in AttributeDefinitions. ' +
      `Keys: [${names.join(', ')}], AttributeDefinitions: [${[...types.keys()].join(', ')}]`,
  );
}

const toKeySchema = (input: KeySchemaInput, types: ReadonlyMap<string, KeyType>): KeySchema => {
  const ofKind = (kind: string) =>
    input
      .filter(({ KeyType }) => KeyType === kind)
      .map(({ AttributeName: name }): KeyAttribute => ({ name, type: types.get(name) ?? 'S' })); // declared: see above
  return { hashes: ofKind('HASH') as [KeyAttribute, ...KeyAttribute[]], ranges: ofKind('RANGE') }; // the first is a hash
};

function checkOrder(input: KeySchemaInput): void {
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
}

/**
 * The key of a table.
 *
 * @throws ServiceError for a wrong order of key types or an attribute without a type. The texts of
 *   undeclared attributes were recorded on AWS by dynalite (createTable.js).
 */
export function readTableKey(input: KeySchemaInput, types: ReadonlyMap<string, KeyType>): KeySchema {
  const names = input.map(({ AttributeName }) => AttributeName);
  const isRepeated = names.length > 1 && new Set(names).size === 1 && types.size === 1;
  if (isRepeated || names.some((name) => !types.has(name))) {
    throw validationError('Invalid KeySchema: Some index key attribute have no definition');
  }
  checkOrder(input);
  return toKeySchema(input, types);
}

/** The key of a local index. @throws ServiceError */
function readLocalKey(input: KeySchemaInput, types: ReadonlyMap<string, KeyType>): KeySchema {
  checkDeclared(input, types);
  checkOrder(input);
  return toKeySchema(input, types);
}

/**
 * The key of a global index: up to four hash attributes, then up to four range attributes.
 *
 * @throws ServiceError with AWS's texts of November 2025
 */
function readGlobalKey(input: KeySchemaInput, types: ReadonlyMap<string, KeyType>): KeySchema {
  if (input.length <= 2 && input[1]?.KeyType !== 'HASH') return readLocalKey(input, types);
  checkDeclared(input, types);
  const kinds = input.map(({ KeyType }) => KeyType);
  if (kinds[0] !== 'HASH') {
    throw validationError('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  }
  if (kinds.lastIndexOf('HASH') > kinds.indexOf('RANGE') && kinds.includes('RANGE')) {
    throw invalid('All HASH key attributes must precede RANGE key attributes in the KeySchema');
  }
  for (const kind of ['HASH', 'RANGE']) {
    if (kinds.filter((candidate) => candidate === kind).length > MAX_OF_KIND) {
      throw invalid(`The KeySchema exceeds the maximum allowed number of ${kind} key attributes`);
    }
  }
  if (new Set(input.map(({ AttributeName }) => AttributeName)).size < input.length) {
    throw validationError('The KeySchema contains multiple key attributes with the same name');
  }
  return toKeySchema(input, types);
}

function readProjection({ ProjectionType, NonKeyAttributes }: LocalIndexInput['Projection']): Projection {
  if (ProjectionType === undefined) throw invalid('Unknown ProjectionType: null');
  if (ProjectionType !== 'INCLUDE' && NonKeyAttributes !== undefined) {
    throw invalid(`ProjectionType is ${ProjectionType}, but NonKeyAttributes is specified`);
  }
  if (ProjectionType === 'INCLUDE' && NonKeyAttributes === undefined) {
    throw invalid('ProjectionType is INCLUDE, but NonKeyAttributes is not specified');
  }
  const repeated = NonKeyAttributes?.find((name, index) => NonKeyAttributes.indexOf(name) < index);
  if (repeated !== undefined) throw invalid(`Duplicate element in NonKeyAttributes: ${repeated}`);
  return { type: ProjectionType, nonKeyAttributes: NonKeyAttributes ?? [] };
}

/** @throws ServiceError for a key or projection that a global index cannot have. */
export function readGlobalIndex(
  input: GlobalIndexInput,
  types: ReadonlyMap<string, KeyType>,
  mode: BillingMode,
): SecondaryIndex {
  return {
    kind: 'global',
    name: input.IndexName,
    key: readGlobalKey(input.KeySchema, types),
    projection: readProjection(input.Projection),
    capacity: readCapacity(input, mode, input.IndexName),
    rows: new ItemIndex(),
  };
}

/** @throws ServiceError for a key or projection that a local index of this table cannot have. */
export function readLocalIndex(
  input: LocalIndexInput,
  types: ReadonlyMap<string, KeyType>,
  table: KeySchema,
): SecondaryIndex {
  if (table.ranges.length === 0) {
    throw invalid('Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex');
  }
  const key = readLocalKey(input.KeySchema, types);
  if (key.ranges.length === 0) {
    throw invalid(`Index KeySchema does not have a range key for index: ${input.IndexName}`);
  }
  const [hash, tableHash] = [key.hashes[0].name, table.hashes[0].name];
  if (hash !== tableHash) {
    throw invalid(
      `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${input.IndexName}. ` +
        `index hash key: ${hash}, table hash key: ${tableHash}`,
    );
  }
  return {
    kind: 'local',
    name: input.IndexName,
    key,
    projection: readProjection(input.Projection),
    capacity: NO_CAPACITY,
    rows: new ItemIndex(),
  };
}

/**
 * Source: "Service quotas": 20 global (unless raised) and 5 local indexes, 100 projected non-key
 * attributes over all of them.
 */
const MAX = { global: 20, local: 5 } as const;
const MAX_PROJECTED = 100;

/** Checks what concerns the indexes of a table together. @throws ServiceError */
export function checkIndexes(indexes: readonly SecondaryIndex[]): void {
  const names = indexes.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) throw invalid(`Duplicate index name: ${repeated}`);
  for (const kind of ['global', 'local'] as const) {
    if (indexes.filter((index) => index.kind === kind).length <= MAX[kind]) continue;
    throw invalid(
      kind === 'global'
        ? `GlobalSecondaryIndex count exceeds the per-table limit of ${MAX.global}`
        : `Number of LocalSecondaryIndexes exceeds per-table limit of ${MAX.local}`,
    );
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

/**
 * For the batch operations, whose input has table names as keys.
 *
 * @throws ServiceError for one that cannot be a table's.
 */
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

/**
 * The key of an encrypted table; undefined for the key that AWS owns, which descriptions leave out.
 */
export function readEncryption(
  { account, region }: Pick<CallContext, 'account' | 'region'>,
  { Enabled, SSEType, KMSMasterKeyId: given }: Checked<typeof ENCRYPTION>,
): Table['encryption'] {
  // Texts recorded on AWS (ack-api-quirks, DDB-TABLE-442).
  if (!Enabled && SSEType !== undefined) throw invalid('SSEType can not be specified if Enabled is false');
  if (!Enabled && given !== undefined) throw invalid('KMSMasterKeyId can not be specified if Enabled is false');
  if (SSEType === 'AES256') throw invalid('SSEType AES256 is not supported');
  if (given !== undefined && SSEType === undefined) {
    throw invalid('SSEType KMS is required if KMSMasterKeyId is specified');
  }
  if (!Enabled) return undefined;
  const KMSMasterKeyId = given ?? 'alias/aws/dynamodb';
  if (KMSMasterKeyId.startsWith('arn:')) return { keyArn: KMSMasterKeyId };
  const resource = KMSMasterKeyId.startsWith('alias/') ? KMSMasterKeyId : `key/${KMSMasterKeyId}`;
  return { keyArn: `arn:${partitionOf(region)}:kms:${region}:${account}:${resource}` };
}

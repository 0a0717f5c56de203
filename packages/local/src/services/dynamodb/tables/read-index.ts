import { validationError } from '../errors.ts';
import type { GlobalIndexInput, LocalIndexInput, ThroughputInput } from './definition-input.ts';
import { ItemIndex } from './item-index.ts';
import type { KeySchema, KeyType } from './key-schema.ts';
import { readKeySchema } from './read-key-schema.ts';
import type { Projection, SecondaryIndex, Throughput } from './table.ts';

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
  if (table.range === undefined) throw invalid('Table KeySchema does not have a range key');
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

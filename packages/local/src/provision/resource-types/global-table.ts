import type { Properties } from '../properties.ts';
import { fieldsList, optionalFields, optionalNumber, optionalText } from '../properties.ts';
import type { MakeResource } from '../resource-type.ts';
import { makeTable } from './dynamodb.ts';

/**
 * A capacity as a number of units, or as the seed or minimum of its scaling; 1 where none is given.
 */
function units(settings: Properties | undefined, kind: 'Read' | 'Write'): number {
  const capacity = optionalFields(settings ?? {}, `${kind}ProvisionedThroughputSettings`) ?? {};
  const scaling = optionalFields(capacity, `${kind}CapacityAutoScalingSettings`) ?? {};
  return (
    optionalNumber(capacity, `${kind}CapacityUnits`) ??
    optionalNumber(scaling, 'SeedCapacity') ??
    optionalNumber(scaling, 'MinCapacity') ??
    1
  );
}

const replicaOf = (properties: Properties, region: string): Properties =>
  fieldsList(properties, 'Replicas').find((each) => optionalText(each, 'Region') === region) ?? {};

/** The properties of a global table as those of a table in one region. */
function inRegion(properties: Properties, region: string): Properties {
  const replica = replicaOf(properties, region);
  const isProvisioned = optionalText(properties, 'BillingMode') !== 'PAY_PER_REQUEST';
  const throughput = (write: Properties, read: Properties | undefined) =>
    isProvisioned
      ? { ProvisionedThroughput: { ReadCapacityUnits: units(read, 'Read'), WriteCapacityUnits: units(write, 'Write') } }
      : {};
  const indexes = fieldsList(properties, 'GlobalSecondaryIndexes').map((index) => {
    const read = fieldsList(replica, 'GlobalSecondaryIndexes').find(({ IndexName }) => IndexName === index.IndexName);
    return { ...index, ...throughput(index, read) };
  });
  return { ...properties, ...replica, ...throughput(properties, replica), GlobalSecondaryIndexes: indexes };
}

/** `AWS::DynamoDB::GlobalTable`: the table of the stack's region, with that replica's settings. */
export const makeGlobalTable: MakeResource = async (request) => {
  const { properties, client, past } = request;
  const before = past?.properties && inRegion(past.properties, client.region);
  const made = await makeTable({
    ...request,
    properties: inRegion(properties, client.region),
    past: past && { ...past, properties: before },
  });
  const others = fieldsList(properties, 'Replicas').flatMap((each) => {
    const region = optionalText(each, 'Region');
    return region === undefined || region === client.region ? [] : [region];
  });
  if (others.length === 0) return made;
  const note = [made.note, `its replicas in ${others.join(', ')} are left out`].filter(Boolean).join('; ');
  return { ...made, note };
};

import type { AwsClient } from '../../client/aws-client.ts';
import type { Properties } from '../properties.ts';
import { fieldsList, optionalFields, optionalFlag, optionalNumber, optionalText, requiredText } from '../properties.ts';
import type { MakeResource, RemoveResource, ResourcePast } from '../resource-type.ts';
import { backToDefaults, isUnsupported, refuseExisting, sameJson, updateTags, whenMissing } from '../resource-type.ts';

/** Makes a table's time to live match. Gives whether anything changed. */
async function makeTimeToLive(client: AwsClient, table: string, properties: Properties): Promise<boolean> {
  const wanted = optionalFields(properties, 'TimeToLiveSpecification');
  if (wanted === undefined) return false;
  const isWanted = optionalFlag(wanted, 'Enabled') ?? false;
  const answer = await client.json('dynamodb', 'DescribeTimeToLive', { TableName: table });
  // Its shape in AWS's model.
  const now = answer.TimeToLiveDescription as { TimeToLiveStatus?: string; AttributeName?: string } | undefined;
  const isOn = now?.TimeToLiveStatus === 'ENABLED' || now?.TimeToLiveStatus === 'ENABLING';
  const attribute = isWanted ? requiredText(wanted, 'AttributeName') : now?.AttributeName;
  // AWS refuses to set what is set already, and takes one change an hour.
  if (isOn === isWanted && (!isWanted || now?.AttributeName === attribute)) return false;
  await client.json('dynamodb', 'UpdateTimeToLive', {
    TableName: table,
    TimeToLiveSpecification: { Enabled: isWanted, AttributeName: attribute },
  });
  return true;
}

/** Makes a table's point-in-time recovery match, where the endpoint has it. */
async function makeBackups(
  client: AwsClient,
  table: string,
  properties: Properties,
): Promise<{ updated: boolean; note?: string }> {
  const wanted = optionalFields(properties, 'PointInTimeRecoverySpecification');
  const isWanted = wanted && optionalFlag(wanted, 'PointInTimeRecoveryEnabled');
  if (isWanted === undefined) return { updated: false };
  try {
    const answer = await client.json('dynamodb', 'DescribeContinuousBackups', { TableName: table });
    // Its shape in AWS's model.
    const now = answer.ContinuousBackupsDescription as
      | { PointInTimeRecoveryDescription?: { PointInTimeRecoveryStatus?: string } }
      | undefined;
    const isOn = now?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED';
    if (isOn === isWanted) return { updated: false };
    await client.json('dynamodb', 'UpdateContinuousBackups', {
      TableName: table,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: isWanted },
    });
    return { updated: true };
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    return { updated: false, note: 'the endpoint has no point-in-time recovery, so it is left out' };
  }
}

/** `Table` of DescribeTable, as far as it is read here. */
interface Table {
  readonly TableArn: string;
  readonly DeletionProtectionEnabled?: boolean;
  readonly TableClassSummary?: { readonly TableClass?: string };
  readonly TableStatus: string;
  readonly LatestStreamArn?: string;
  readonly KeySchema: readonly unknown[];
  readonly BillingModeSummary?: { readonly BillingMode?: string };
  readonly ProvisionedThroughput?: { readonly ReadCapacityUnits?: number; readonly WriteCapacityUnits?: number };
  readonly StreamSpecification?: { readonly StreamEnabled?: boolean; readonly StreamViewType?: string };
  readonly GlobalSecondaryIndexes?: ReadonlyArray<{
    readonly IndexName: string;
    readonly IndexStatus?: string;
    readonly ProvisionedThroughput?: { readonly ReadCapacityUnits?: number; readonly WriteCapacityUnits?: number };
  }>;
}

/**
 * AWS makes a table in seconds, an index over many rows in hours; longer than this is the caller's
 * to watch.
 */
const WAIT_MS = 600_000;

async function describe(client: AwsClient, name: string): Promise<Table | undefined> {
  const answer = await whenMissing(
    client.json('dynamodb', 'DescribeTable', { TableName: name }),
    'ResourceNotFoundException',
  );
  return answer?.Table as Table | undefined; // its shape in AWS's model
}

async function untilActive(client: AwsClient, name: string): Promise<Table> {
  let delay = 50;
  for (let waited = 0; waited < WAIT_MS; waited += delay) {
    const table = await describe(client, name);
    const indexes = table?.GlobalSecondaryIndexes ?? [];
    if (table?.TableStatus === 'ACTIVE' && indexes.every(({ IndexStatus = 'ACTIVE' }) => IndexStatus === 'ACTIVE')) {
      return table;
    }
    delay = Math.min(delay * 2, 2000);
    await client.sleep(delay);
  }
  throw new Error(`it is still not active after ${WAIT_MS / 60_000} minutes`);
}

function throughput(properties: Properties) {
  const given = optionalFields(properties, 'ProvisionedThroughput');
  return (
    given && {
      ReadCapacityUnits: optionalNumber(given, 'ReadCapacityUnits'),
      WriteCapacityUnits: optionalNumber(given, 'WriteCapacityUnits'),
    }
  );
}

const index = (properties: Properties) => ({
  IndexName: requiredText(properties, 'IndexName'),
  KeySchema: fieldsList(properties, 'KeySchema'),
  Projection: optionalFields(properties, 'Projection'),
  ProvisionedThroughput: throughput(properties),
});

const stream = (properties: Properties) => {
  const given = optionalFields(properties, 'StreamSpecification');
  return given && { StreamEnabled: true, StreamViewType: requiredText(given, 'StreamViewType') };
};

const orNothing = <T>(items: readonly T[]) => (items.length > 0 ? items : undefined);

/** The input of CreateTable. Server-side encryption is left out: keys are not made here. */
function creation(name: string, properties: Properties) {
  return {
    TableName: name,
    AttributeDefinitions: fieldsList(properties, 'AttributeDefinitions'),
    KeySchema: fieldsList(properties, 'KeySchema'),
    BillingMode: optionalText(properties, 'BillingMode'),
    ProvisionedThroughput: throughput(properties),
    GlobalSecondaryIndexes: orNothing(fieldsList(properties, 'GlobalSecondaryIndexes').map(index)),
    LocalSecondaryIndexes: orNothing(
      fieldsList(properties, 'LocalSecondaryIndexes').map((each) => ({
        ...index(each),
        ProvisionedThroughput: undefined,
      })),
    ),
    StreamSpecification: stream(properties),
    DeletionProtectionEnabled: optionalFlag(properties, 'DeletionProtectionEnabled'),
    TableClass: optionalText(properties, 'TableClass'),
    Tags: orNothing(fieldsList(properties, 'Tags')),
  };
}

/**
 * CloudFormation deletes an index whose key or projection changes, and makes it anew: two changes.
 *
 * @throws Error for more than one index that comes or goes, as CloudFormation does
 */
function indexChanges(table: Table, properties: Properties, past: ResourcePast | undefined): object[] {
  const wanted = fieldsList(properties, 'GlobalSecondaryIndexes').map(index);
  const before = fieldsList(past?.properties ?? {}, 'GlobalSecondaryIndexes').map(index);
  const keyOf = (name: string, list: typeof wanted) => {
    const found = list.find(({ IndexName }) => IndexName === name);
    return found && JSON.stringify([found.KeySchema, found.Projection]);
  };
  const existing = new Set((table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName));
  const deleted = before
    .map(({ IndexName }) => IndexName)
    .filter((name) => existing.has(name) && !sameJson(keyOf(name, wanted), keyOf(name, before)));
  const created = wanted.filter(({ IndexName }) => !existing.has(IndexName) || deleted.includes(IndexName));
  if (past !== undefined && deleted.length + created.length > 1) {
    throw new Error('Cannot perform more than one GSI creation or deletion in a single update');
  }
  return [
    ...deleted.map((IndexName) => ({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName } }] })),
    ...created.map((each) => ({
      AttributeDefinitions: fieldsList(properties, 'AttributeDefinitions'),
      GlobalSecondaryIndexUpdates: [{ Create: each }],
    })),
  ];
}

/** Changes of settings that only a stack makes: another deployment may have made them by hand. */
function settingChanges(table: Table, properties: Properties, past: ResourcePast | undefined): object[] {
  const settings = {
    ...backToDefaults(past, properties, { DeletionProtectionEnabled: false, TableClass: 'STANDARD' }),
  };
  const protection = optionalFlag({ ...settings, ...properties }, 'DeletionProtectionEnabled');
  const tableClass = optionalText({ ...settings, ...properties }, 'TableClass');
  const found: object[] = [];
  if (past === undefined) return found;
  if (protection !== undefined && protection !== (table.DeletionProtectionEnabled ?? false)) {
    found.push({ DeletionProtectionEnabled: protection });
  }
  if (tableClass !== undefined && tableClass !== (table.TableClassSummary?.TableClass ?? 'STANDARD')) {
    found.push({ TableClass: tableClass });
  }
  if (stream(past.properties ?? {}) !== undefined && stream(properties) === undefined) {
    found.push({ StreamSpecification: { StreamEnabled: false } });
  }
  for (const { IndexName, ProvisionedThroughput: wanted } of fieldsList(properties, 'GlobalSecondaryIndexes').map(
    index,
  )) {
    const now = table.GlobalSecondaryIndexes?.find((each) => each.IndexName === IndexName)?.ProvisionedThroughput;
    const isSame =
      wanted === undefined ||
      now === undefined ||
      (now.ReadCapacityUnits === wanted.ReadCapacityUnits && now.WriteCapacityUnits === wanted.WriteCapacityUnits);
    if (!isSame) {
      found.push({ GlobalSecondaryIndexUpdates: [{ Update: { IndexName, ProvisionedThroughput: wanted } }] });
    }
  }
  return found;
}

/** The inputs of the calls of UpdateTable, one change at a time as AWS demands. */
function changes(table: Table, properties: Properties, past: ResourcePast | undefined): object[] {
  const found: object[] = [];
  const mode = optionalText(properties, 'BillingMode') ?? 'PROVISIONED';
  const capacity = throughput(properties);
  const now = table.ProvisionedThroughput;
  const isMode = (table.BillingModeSummary?.BillingMode ?? 'PROVISIONED') === mode;
  const isCapacity =
    mode !== 'PROVISIONED' ||
    capacity === undefined ||
    (now?.ReadCapacityUnits === capacity.ReadCapacityUnits && now?.WriteCapacityUnits === capacity.WriteCapacityUnits);
  if (!isMode || !isCapacity) {
    found.push({ BillingMode: mode, ProvisionedThroughput: mode === 'PROVISIONED' ? capacity : undefined });
  }
  const wanted = stream(properties);
  if (wanted !== undefined && wanted.StreamViewType !== table.StreamSpecification?.StreamViewType) {
    if (table.StreamSpecification?.StreamEnabled) found.push({ StreamSpecification: { StreamEnabled: false } });
    found.push({ StreamSpecification: wanted });
  }
  return [...found, ...indexChanges(table, properties, past), ...settingChanges(table, properties, past)];
}

/** For a table whose template has lost them. */
const REMOVED_SETTINGS: Readonly<Record<string, Properties>> = {
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
  TimeToLiveSpecification: { Enabled: false },
};

/** `AWS::DynamoDB::Table`. Indexes that the template does not have are left alone. */
export const makeTable: MakeResource = async (request) => {
  const { properties, client, defaultName, past } = request;
  const name = optionalText(properties, 'TableName') ?? defaultName;
  const existing = await describe(client, name);
  refuseExisting(past, existing, name);
  let updates = 0;
  if (existing === undefined) {
    await client.json('dynamodb', 'CreateTable', creation(name, properties));
    past?.created(name);
  } else {
    const keys = [existing.KeySchema, fieldsList(properties, 'KeySchema')].map((schema) => JSON.stringify(schema));
    if (!sameJson(keys[0], keys[1])) {
      throw new Error(
        `the table ${name} exists with another key (${keys[0]}); a key cannot change, so use another name`,
      );
    }
    for (const change of changes(existing, properties, past)) {
      await untilActive(client, name);
      await client.json('dynamodb', 'UpdateTable', { TableName: name, ...change });
      updates += 1;
    }
  }
  const table = await untilActive(client, name);
  const settings = { ...backToDefaults(past, properties, REMOVED_SETTINGS), ...properties };
  if (await makeTimeToLive(client, name, settings)) updates += 1;
  const backups = await makeBackups(client, name, settings);
  if (backups.updated) updates += 1;
  const ResourceArn = table.TableArn;
  const hasTags = await updateTags(
    request,
    (tags) =>
      client.json('dynamodb', 'TagResource', {
        ResourceArn,
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    (TagKeys) => client.json('dynamodb', 'UntagResource', { ResourceArn, TagKeys }),
  );
  if (hasTags) updates += 1;
  return {
    physicalId: name,
    attributes: {
      Arn: table.TableArn,
      ...(table.LatestStreamArn === undefined ? {} : { StreamArn: table.LatestStreamArn }),
    },
    outcome: existing === undefined ? 'created' : updates > 0 ? 'updated' : 'unchanged',
    ...(backups.note === undefined ? {} : { note: backups.note }),
  };
};

export const removeTable: RemoveResource = async ({ physicalId, client }) => {
  await whenMissing(client.json('dynamodb', 'DeleteTable', { TableName: physicalId }), 'ResourceNotFoundException');
};

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Aws } from '@twelvefold/aws';
import { createAws } from '@twelvefold/aws';
import type { Definition } from '@twelvefold/backing';
import type { InfrastructureContext } from '@twelvefold/backing/internal';
import { driverOf, findKind } from '@twelvefold/backing/internal';
import { provision, startLocalAws } from '@twelvefold/local';
import type { ObservedAws } from './observed-aws.ts';
import { observedAws } from './observed-aws.ts';
import { TRANSPORT } from './transport.ts';

/** The keys of a table, or a definition, whose kind describes the table. */
interface TableLayout {
  readonly partitionKey: string;
  readonly sortKey?: string | undefined;
  readonly ttlAttribute?: string;
}

export interface DynamoDbTarget extends ObservedAws, AsyncDisposable {
  /** Makes a table with a new name and returns the name. */
  createTable(layout: TableLayout): Promise<string>;
}

/**
 * The endpoint that `AWS_ENDPOINT_URL` names, or a new embedded one.
 *
 * @param options `documentClient`: calls go through a DynamoDBDocumentClient with its own defaults.
 */
export async function openDynamoDb({ documentClient = false } = {}): Promise<DynamoDbTarget> {
  const foreign = process.env.AWS_ENDPOINT_URL;
  const embedded = foreign ? undefined : await startLocalAws();
  const endpoint = foreign || (embedded?.url ?? '');
  const region = process.env.AWS_REGION ?? 'eu-west-1';
  const credentials = {
    accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? 'local',
    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? 'local',
  };
  const clients = documentClient
    ? { dynamodb: DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials })) }
    : {};
  const inner: Aws = createAws({ env: TRANSPORT, endpoint, region, credentials, clients });
  return {
    ...observedAws(inner),
    createTable: async (layout) => {
      const name = `contract-${crypto.randomUUID()}`;
      const Properties = describedProperties(name, layout) ?? properties(name, layout);
      const template = { Resources: { Table: { Type: 'AWS::DynamoDB::Table', Properties } } };
      await provision(template, { endpoint, region, credentials });
      return name;
    },
    [Symbol.asyncDispose]: async () => embedded?.close(),
  };
}

/** As the kind of a definition writes them into the template. */
function describedProperties(physicalName: string, definition: object) {
  const context = { key: 'table', physicalName, logicalId: (suffix: string) => suffix } as InfrastructureContext; // a table asks for no more
  if (findKind(definition) === undefined) return undefined;
  return driverOf(definition as Definition).infrastructure?.(definition as never, context).resources[0]?.properties; // it has a kind
}

function properties(name: string, { partitionKey, sortKey, ttlAttribute }: TableLayout) {
  const keys = [
    { AttributeName: partitionKey, KeyType: 'HASH' },
    ...(sortKey === undefined ? [] : [{ AttributeName: sortKey, KeyType: 'RANGE' }]),
  ];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map(({ AttributeName }) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys,
    ...(ttlAttribute === undefined ? {} : { TimeToLiveSpecification: { AttributeName: ttlAttribute, Enabled: true } }),
  };
}

import type { Aws } from '@twelvefold/aws';
import { createAws } from '@twelvefold/aws';
import { provision, startLocalAws } from '@twelvefold/local';
import type { ObservedAws } from './observed-aws.ts';
import { observedAws } from './observed-aws.ts';
import { TRANSPORT } from './transport.ts';

interface TableLayout {
  readonly partitionKey: string;
  readonly sortKey?: string | undefined;
  readonly ttlAttribute?: string;
}

export interface DynamoDbTarget extends ObservedAws, AsyncDisposable {
  /** Makes a table of a name of its own and returns the name. */
  createTable(layout: TableLayout): Promise<string>;
}

/** The endpoint that `AWS_ENDPOINT_URL` names, or an embedded one of its own. */
export async function openDynamoDb(): Promise<DynamoDbTarget> {
  const foreign = process.env.AWS_ENDPOINT_URL;
  const embedded = foreign ? undefined : await startLocalAws();
  const endpoint = foreign || (embedded?.url ?? '');
  const region = process.env.AWS_REGION ?? 'eu-west-1';
  const credentials = {
    accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? 'local',
    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? 'local',
  };
  const inner: Aws = createAws({ env: TRANSPORT, endpoint, region, credentials });
  return {
    ...observedAws(inner),
    createTable: async (layout) => {
      const name = `contract-${crypto.randomUUID()}`;
      const template = { Resources: { Table: { Type: 'AWS::DynamoDB::Table', Properties: properties(name, layout) } } };
      await provision(template, { endpoint, region, credentials });
      return name;
    },
    [Symbol.asyncDispose]: async () => embedded?.close(),
  };
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

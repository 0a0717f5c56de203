import { builtin } from '@twelvefold/core/internal';
import type { DynamoDbOperations, KeysAndAttributes, TransactWriteEntry } from '../operations/dynamodb.ts';
import { commandOf } from '../sdk/sdk-client.ts';
import type { Accesses, AwsService } from './aws-service.ts';
import { jsonProtocol } from './json-protocol.ts';
import { marshallItem } from './marshall.ts';
import type { AttributeMap } from './unmarshall.ts';
import { unmarshallItem } from './unmarshall.ts';

/** Members of inputs that hold items. */
const INPUT_ITEMS = ['Item', 'Key', 'ExpressionAttributeValues', 'ExclusiveStartKey'] as const;

type Members = Record<string, unknown>;

function encodeMembers(input: Members): Members {
  const encoded: Members = { ...input };
  for (const member of INPUT_ITEMS) {
    const item = input[member];
    if (item !== undefined) encoded[member] = marshallItem(item as Members, member); // an item, by the port's types
  }
  return encoded;
}

function decodeMembers(output: Members): Members {
  for (const member of ['Item', 'Attributes', 'LastEvaluatedKey']) {
    if (output[member] !== undefined) output[member] = unmarshallItem(output[member] as AttributeMap); // as DynamoDB says
  }
  if (Array.isArray(output.Items)) output.Items = output.Items.map(unmarshallItem);
  return output;
}

function mapTables<A, B>(tables: Readonly<Record<string, A>>, change: (table: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, change(table)]));
}

function decodeBatch({ Responses, UnprocessedKeys, ...output }: Members): Members {
  if (Responses !== undefined) {
    output.Responses = mapTables(Responses as Record<string, AttributeMap[]>, (items) => items.map(unmarshallItem)); // as DynamoDB says
  }
  if (UnprocessedKeys !== undefined) {
    const tables = UnprocessedKeys as Record<string, Members & { Keys: AttributeMap[] }>; // as DynamoDB says
    output.UnprocessedKeys = mapTables(tables, ({ Keys, ...rest }) => ({ ...rest, Keys: Keys.map(unmarshallItem) }));
  }
  return output;
}

type Unwritten = Record<string, { Item?: AttributeMap; Key?: AttributeMap }>;

function decodeUnwritten({ UnprocessedItems, ...output }: Members): Members {
  if (UnprocessedItems === undefined) return output;
  const tables = UnprocessedItems as Record<string, Unwritten[]>; // as DynamoDB says
  output.UnprocessedItems = mapTables(tables, (entries) =>
    entries.map((entry) =>
      mapTables(entry, (request) => mapTables(request as Record<string, AttributeMap>, unmarshallItem)),
    ),
  );
  return output;
}

interface Reason {
  Code?: string;
  Message?: string;
  Item?: AttributeMap;
}

/** AWS JSON 1.0, with items as plain values, as `@aws-sdk/lib-dynamodb` has them. */
const protocol = jsonProtocol({
  target: 'DynamoDB_20120810',
  version: '1.0',
  encode: {
    GetItem: encodeMembers,
    BatchGetItem: ({ RequestItems, ...rest }: DynamoDbOperations['BatchGetItem']['input']) => ({
      ...rest,
      RequestItems: mapTables(RequestItems, ({ Keys, ...table }: KeysAndAttributes) => ({
        ...table,
        Keys: Keys.map((key) => marshallItem(key, 'Keys')),
      })),
    }),
    BatchWriteItem: ({ RequestItems, ...rest }: DynamoDbOperations['BatchWriteItem']['input']) => ({
      ...rest,
      RequestItems: mapTables(RequestItems, (entries) =>
        entries.map((entry) =>
          Object.fromEntries(Object.entries(entry).map(([kind, request]) => [kind, encodeMembers(request as Members)])),
        ),
      ),
    }),
    PutItem: encodeMembers,
    UpdateItem: encodeMembers,
    DeleteItem: encodeMembers,
    Query: encodeMembers,
    Scan: encodeMembers,
    TransactWriteItems: (input: { TransactItems: TransactWriteEntry[]; ClientRequestToken?: string }) => ({
      ...input,
      TransactItems: input.TransactItems.map((entry) =>
        Object.fromEntries(Object.entries(entry).map(([action, request]) => [action, encodeMembers(request)])),
      ),
      // Makes a repeated call one transaction, not two: the same token for every attempt.
      ClientRequestToken: input.ClientRequestToken ?? builtin('node:crypto').randomUUID(),
    }),
  },
  decode: {
    GetItem: decodeMembers,
    BatchGetItem: decodeBatch,
    BatchWriteItem: decodeUnwritten,
    PutItem: decodeMembers,
    UpdateItem: decodeMembers,
    DeleteItem: decodeMembers,
    Query: decodeMembers,
    Scan: decodeMembers,
  },
  failure: ({ Item, CancellationReasons }) => ({
    ...(Item ? { item: unmarshallItem(Item as AttributeMap) } : {}), // as DynamoDB says
    ...(Array.isArray(CancellationReasons)
      ? {
          cancellationReasons: CancellationReasons.map(({ Item: item, ...reason }: Reason) =>
            item ? { ...reason, Item: unmarshallItem(item) } : reason,
          ),
        }
      : {}),
  }),
});

/** The document client's names for the operations that have items. */
const DOCUMENT_COMMANDS: Readonly<Record<string, string>> = {
  GetItem: 'Get',
  PutItem: 'Put',
  UpdateItem: 'Update',
  DeleteItem: 'Delete',
  TransactWriteItems: 'TransactWrite',
  TransactGetItems: 'TransactGet',
  BatchGetItem: 'BatchGet',
  BatchWriteItem: 'BatchWrite',
};

/** DynamoDB. */
export const dynamodb: AwsService<'dynamodb'> = {
  name: 'dynamodb',
  endpointVariable: 'AWS_ENDPOINT_URL_DYNAMODB',
  operations: {
    GetItem: 'read',
    BatchGetItem: 'read',
    BatchWriteItem: 'write',
    PutItem: 'write',
    UpdateItem: 'write',
    DeleteItem: 'write',
    Query: 'read',
    Scan: 'read',
    TransactWriteItems: 'write',
  } satisfies Accesses<'dynamodb'>,
  protocol,
  loadSdk: async ({ open, missing }) => {
    try {
      // One by one: bundlers forgive a missing package only where its import is awaited inside of a
      // try.
      const low = await import('@aws-sdk/client-dynamodb');
      const lib = await import('@aws-sdk/lib-dynamodb');
      const marshallOptions = { removeUndefinedValues: true };
      const { client } = open(
        low,
        'DynamoDBClient',
        {},
        (client) => lib.DynamoDBDocumentClient.from(client as never, { marshallOptions }), // made by the class that is named
      );
      return {
        client,
        command: (operation) =>
          commandOf(lib, DOCUMENT_COMMANDS[operation] ?? operation) ?? commandOf({ ...low }, operation),
        unmarshall: unmarshallItem,
      };
    } catch (error) {
      throw missing(error, '@aws-sdk/client-dynamodb @aws-sdk/lib-dynamodb');
    }
  },
};

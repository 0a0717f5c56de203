import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import type { ControlledClock } from '@twelvefold/local/internal';
import { afterAll, beforeAll, beforeEach } from 'vitest';

interface DynamoDbEndpoint {
  readonly client: DynamoDB;
  readonly clock: ControlledClock;
  readonly url: string;
}

/** The settings of every client in the tests. */
export const settings = (url: string) => ({
  endpoint: url,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
});

/**
 * An endpoint for the tests of a file, emptied before each; its members may be read within tests
 * only.
 */
export function useDynamoDb(): DynamoDbEndpoint {
  const clock = createClock();
  let aws: LocalAws | undefined;
  let client: DynamoDB | undefined;
  beforeAll(async () => {
    aws = await startLocalAws({ clock });
    client = new DynamoDB(settings(aws.url));
  });
  beforeEach(() => aws?.reset());
  afterAll(() => aws?.close());
  return {
    clock,
    get client() {
      if (client === undefined) throw new Error('Cannot use DynamoDB: the endpoint starts before the first test');
      return client;
    },
    get url() {
      return aws?.url ?? '';
    },
  };
}

type Indexes = Pick<
  CreateTableCommandInput,
  'GlobalSecondaryIndexes' | 'LocalSecondaryIndexes' | 'StreamSpecification' | 'TableName'
>;

/**
 * The input for an on-demand table; `attributes` are `name:TYPE`, the first one or two the table's
 * key.
 */
export function tableInput(
  attributes: readonly string[],
  { TableName = 'things', ...more }: Indexes & { readonly keys?: 1 | 2 } = { TableName: 'things' },
): CreateTableCommandInput {
  const { keys = 2, ...indexes } = more;
  const names = attributes.map((attribute) => attribute.split(':') as [string, 'S' | 'N' | 'B']); // name and type
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: names.map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    KeySchema: names.slice(0, keys).map(([AttributeName], index) => ({
      AttributeName,
      KeyType: index === 0 ? ('HASH' as const) : ('RANGE' as const),
    })),
    ...indexes,
  };
}

/** The error that refused a call. */
export async function refusal(call: Promise<unknown>): Promise<{ readonly name: string; readonly message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return { name: error.name, message: error.message };
    throw error;
  }
  throw new Error('The call was not refused');
}

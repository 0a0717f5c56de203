import type { DynamoDbOperations } from '@twelvefold/aws/internal';
import { createExpression } from '../../../dynamodb/expression.ts';
import type { Target } from '../target.ts';

export interface QueryOptions {
  descending?: boolean | undefined;
  consistent?: boolean | undefined;
}

/** What reads the rows of one partition: a Query's input, for the first page. */
export function queryParams<R>(
  { definition, tableName }: Target<R>,
  partition: string,
  { descending = false, consistent = false }: QueryOptions,
): DynamoDbOperations['Query']['input'] {
  if (typeof partition !== 'string' || partition === '') {
    throw new TypeError(
      `Cannot query table '${definition.name}': '${definition.partitionKey}' is no text of 1 byte or more`,
    );
  }
  const expression = createExpression();
  const condition = `${expression.name(definition.partitionKey)} = ${expression.value(partition)}`;
  return {
    TableName: tableName,
    KeyConditionExpression: condition,
    ...(descending ? { ScanIndexForward: false } : {}),
    ...(consistent ? { ConsistentRead: true } : {}),
    ...expression.attributes(),
  };
}

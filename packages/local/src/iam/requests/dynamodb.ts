import type { ConditionKeys } from '../../core/authorizer.ts';
import type { Input, Operation, Operations, Target } from './operation.ts';
import { named, text } from './operation.ts';

type Value = Readonly<Record<string, unknown>>;

/** A key's value as `dynamodb:LeadingKeys` has it: the text of a string, a number or base64. */
const textOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.values(value as Value).map(String) : [];

/** Words of DynamoDB's expressions that are not attributes. */
const WORDS =
  /^(and|or|not|in|between|set|remove|add|delete|attribute_exists|attribute_not_exists|attribute_type|begins_with|contains|size|if_not_exists|list_append)$/i;

/** The top-level attributes that expressions name. */
function attributesIn(input: Input): string[] {
  const aliases: Readonly<Record<string, string>> = input.ExpressionAttributeNames ?? {};
  const expressions = [
    input.ProjectionExpression,
    input.KeyConditionExpression,
    input.FilterExpression,
    input.ConditionExpression,
    input.UpdateExpression,
  ];
  const found = expressions.flatMap((one: unknown) =>
    typeof one !== 'string' ? [] : [...one.matchAll(/(?<![.\w#:])[#A-Za-z_][\w]*/g)].map(([word]) => word),
  );
  const named = found.filter((word) => !WORDS.test(word)).map((word) => aliases[word] ?? word);
  return [...named, ...((input.AttributesToGet as string[] | undefined) ?? [])];
}

/** The value that a Query wants the hash key to have. */
function queriedKey(input: Input, hashKey: string): unknown {
  const legacy = input.KeyConditions?.[hashKey]?.AttributeValueList?.[0];
  if (legacy !== undefined) return legacy;
  for (const [, name = '', value = ''] of String(input.KeyConditionExpression ?? '').matchAll(
    /([#\w]+)\s*=\s*(:\w+)/g,
  )) {
    if ((input.ExpressionAttributeNames?.[name] ?? name) === hashKey) return input.ExpressionAttributeValues?.[value];
  }
  return undefined;
}

const isOf = (resource: string, table: unknown) =>
  typeof table === 'string' && (resource === table || resource.endsWith(`:table/${table}`));

/** The reads and writes of an input that are on the target's table, each as if it were alone. */
function partsOn(input: Input, { resource, action }: Target): Input[] {
  if (input.TransactItems !== undefined) {
    return (input.TransactItems as Input[])
      .flatMap((entry) => Object.entries(entry) as Array<[string, Input]>)
      .filter(([member, part]) => isOf(resource, part?.TableName) && action === `dynamodb:${member}Item`)
      .map(([, part]) => part);
  }
  if (input.RequestItems === undefined) return [input];
  return (Object.entries(input.RequestItems) as Array<[string, Input]>)
    .filter(([table]) => isOf(resource, table))
    .flatMap(([, of]) => {
      if (!Array.isArray(of)) return ((of.Keys ?? []) as Value[]).map((Key) => ({ ...of, Key }));
      return (of as Input[]).map((request) => request.PutRequest ?? request.DeleteRequest ?? {});
    });
}

/**
 * Source: "Using IAM policy conditions for fine-grained access control" of the DynamoDB guide, and
 * its page in the Service Authorization Reference.
 */
function keys(input: Input, target: Target): ConditionKeys {
  const { hashKey = '' } = target;
  const parts = partsOn(input, target);
  const leading = parts.flatMap((part) => textOf((part.Item ?? part.Key)?.[hashKey] ?? queriedKey(part, hashKey)));
  const attributes = parts.flatMap((part) => [...Object.keys(part.Item ?? part.Key ?? {}), ...attributesIn(part)]);
  return {
    'dynamodb:LeadingKeys': leading.length === 0 ? undefined : [...new Set(leading)],
    'dynamodb:Attributes': attributes.length === 0 ? undefined : [...new Set(attributes)],
    'dynamodb:Select': text(input.Select),
    'dynamodb:ReturnValues': text(input.ReturnValues),
    'dynamodb:ReturnConsumedCapacity': text(input.ReturnConsumedCapacity),
  };
}

const items = (...actions: string[]): Operation => ({ actions: actions.map((name) => `dynamodb:${name}`), keys });

/** `dynamodb:EnclosingOperation` lets a policy want transactions, or none. */
const transaction = (name: string, ...actions: string[]): Operation => ({
  ...items(...actions),
  keys: (input, target) => ({ ...keys(input, target), 'dynamodb:EnclosingOperation': name }),
});

const PARTIQL = ['PartiQLSelect', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete'].map((name) => `dynamodb:${name}`);

export const DYNAMODB: Operations = {
  ...named('dynamodb', [
    ...['CreateTable', 'DeleteResourcePolicy', 'DeleteTable', 'DescribeContinuousBackups', 'DescribeEndpoints'],
    ...[
      'DescribeLimits',
      'DescribeTable',
      'DescribeTimeToLive',
      'GetResourcePolicy',
      'ListTables',
      'ListTagsOfResource',
    ],
    ...[
      'PutResourcePolicy',
      'TagResource',
      'UntagResource',
      'UpdateContinuousBackups',
      'UpdateTable',
      'UpdateTimeToLive',
    ],
  ]),
  // The statements say which action it is: each kind of statement has its own.
  BatchExecuteStatement: { actions: PARTIQL },
  ExecuteStatement: { actions: PARTIQL },
  ExecuteTransaction: { actions: PARTIQL },
  BatchGetItem: items('BatchGetItem'),
  BatchWriteItem: items('BatchWriteItem'),
  DeleteItem: items('DeleteItem'),
  GetItem: items('GetItem'),
  PutItem: items('PutItem'),
  Query: items('Query'),
  Scan: items('Scan'),
  UpdateItem: items('UpdateItem'),
  TransactGetItems: transaction('TransactGetItems', 'GetItem'),
  TransactWriteItems: transaction('TransactWriteItems', 'ConditionCheckItem', 'DeleteItem', 'PutItem', 'UpdateItem'),
};

export const DYNAMODB_STREAMS: Operations = named('dynamodb', [
  'DescribeStream',
  'GetRecords',
  'GetShardIterator',
  'ListStreams',
]);

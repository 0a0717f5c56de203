import type { CloudFormationValue, Infrastructure, InfrastructureContext } from '../infrastructure.ts';

export interface TableShape {
  readonly partitionKey: string;
  readonly sortKey?: string | undefined;
  /** The attribute, in whole seconds, after which TTL deletes an item. */
  readonly ttlAttribute?: string | undefined;
  /** Secondary indexes by name: global with a partition key, local without one. */
  readonly indexes?: Readonly<Record<string, IndexShape>>;
}

interface IndexShape {
  readonly partition?: string;
  readonly sort?: string;
  readonly projection?: 'all' | 'keys' | readonly string[];
}

/**
 * A DynamoDB table: billed per request, encrypted, recoverable to any second of the last 35 days.
 * Keys are strings. In a file that the bundles of functions leave out.
 */
export function template(shape: TableShape, context: InfrastructureContext): Infrastructure {
  const { partitionKey, sortKey, ttlAttribute, indexes = {} } = shape;
  const { physicalName, logicalId } = context;
  const id = logicalId('Table');
  const indexKeys = Object.values(indexes).flatMap(({ partition, sort }) => [partition, sort]);
  const keyed = new Set([partitionKey, sortKey, ...indexKeys].filter((name) => name !== undefined));
  const [global, local] = [true, false].map((wanted) =>
    Object.entries(indexes)
      .filter(([, { partition }]) => (partition !== undefined) === wanted)
      .map(([name, index]) => indexProperties(name, index, shape)),
  );
  const properties = {
    TableName: physicalName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...keyed].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keySchema(partitionKey, sortKey),
    ...(global?.length ? { GlobalSecondaryIndexes: global } : {}),
    ...(local?.length ? { LocalSecondaryIndexes: local } : {}),
    SSESpecification: { SSEEnabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    ...(ttlAttribute === undefined ? {} : { TimeToLiveSpecification: { AttributeName: ttlAttribute, Enabled: true } }),
  };
  const parts = Object.keys(indexes).map((name) => [name, { 'Fn::Sub': `\${${id}.Arn}/index/${name}` }]);
  return {
    resources: [{ id, type: 'AWS::DynamoDB::Table', properties, keepsData: true }],
    arns: [{ 'Fn::GetAtt': [id, 'Arn'] }],
    ...(parts.length === 0 ? {} : { parts: Object.fromEntries(parts) }),
    binding: { Ref: id },
  };
}

const keySchema = (partition: string, sort: string | undefined) => [
  { AttributeName: partition, KeyType: 'HASH' },
  ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: 'RANGE' }]),
];

function indexProperties(
  IndexName: string,
  index: IndexShape,
  { partitionKey, sortKey, ttlAttribute }: TableShape,
): CloudFormationValue {
  const { partition = partitionKey, sort, projection = 'all' } = index;
  const keys = [partitionKey, sortKey, partition, sort];
  // With the TTL field, or rows that have expired could not be recognized in the index.
  const named = projection === 'all' || projection === 'keys' ? [] : projection;
  const wanted = [...named, ...(ttlAttribute === undefined ? [] : [ttlAttribute])];
  const NonKeyAttributes = [...new Set(wanted.filter((field) => !keys.includes(field)))];
  const Projection =
    projection === 'all'
      ? { ProjectionType: 'ALL' }
      : NonKeyAttributes.length === 0
        ? { ProjectionType: 'KEYS_ONLY' }
        : { ProjectionType: 'INCLUDE', NonKeyAttributes };
  return { IndexName, KeySchema: keySchema(partition, sort), Projection };
}

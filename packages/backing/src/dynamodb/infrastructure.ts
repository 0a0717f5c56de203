import type { Infrastructure, InfrastructureContext } from '../infrastructure.ts';
import type { BindingOfKind } from '../kind.ts';

/** DynamoDB takes a table's ARN wherever it takes its name; the lengths are its own. */
export const TABLE_BINDING: BindingOfKind = {
  value: 'name',
  pattern: /^(arn:[^:\s]+:dynamodb:\S+:table\/)?[\w.-]{3,255}$/,
  expected: 'the name of a table',
};

export interface TableShape {
  readonly partitionKey: string;
  readonly sortKey?: string | undefined;
  /** The attribute, in whole seconds, after which TTL deletes an item. */
  readonly ttlAttribute?: string;
}

/** A DynamoDB table: billed per request, encrypted, recoverable to any second of the last 35 days. Keys are strings. */
export function tableInfrastructure(
  { partitionKey, sortKey, ttlAttribute }: TableShape,
  { physicalName, logicalId }: InfrastructureContext,
): Infrastructure {
  const id = logicalId('Table');
  const keys = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
  const properties = {
    TableName: physicalName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys.map((AttributeName, at) => ({ AttributeName, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
    SSESpecification: { SSEEnabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    ...(ttlAttribute === undefined ? {} : { TimeToLiveSpecification: { AttributeName: ttlAttribute, Enabled: true } }),
  };
  return {
    resources: [{ id, type: 'AWS::DynamoDB::Table', properties, keepsData: true }],
    arns: [{ 'Fn::GetAtt': [id, 'Arn'] }],
    binding: { Ref: id },
  };
}

import { describeKey } from './key-schema.ts';
import type { SecondaryIndex, Table } from './table.ts';
import { describeCapacity } from './throughput.ts';

function describeIndex({ arn }: Table, index: SecondaryIndex) {
  const { type, nonKeyAttributes } = index.projection;
  return {
    IndexName: index.name,
    IndexArn: `${arn}/index/${index.name}`,
    KeySchema: describeKey(index.key),
    Projection: {
      ProjectionType: type,
      NonKeyAttributes: nonKeyAttributes.length > 0 ? nonKeyAttributes : undefined,
    },
    IndexSizeBytes: index.rows.bytes,
    ItemCount: index.rows.count,
    ...(index.kind === 'global' ? { IndexStatus: 'ACTIVE', ...describeCapacity(index.capacity) } : {}),
  };
}

function describeStream({ stream }: Table) {
  if (stream === undefined) return {};
  return {
    StreamSpecification:
      stream.disabledAtMs === undefined ? { StreamEnabled: true, StreamViewType: stream.viewType } : undefined,
    LatestStreamArn: stream.arn,
    LatestStreamLabel: stream.label,
  };
}

/** A table as AWS describes it; times in seconds. Counts are exact here, hours old on AWS. */
export function tableDescription(table: Table, status: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING') {
  const indexes = [...table.indexes.values()];
  const ofKind = (kind: SecondaryIndex['kind']) => {
    const described = indexes.filter((index) => index.kind === kind).map((index) => describeIndex(table, index));
    return described.length > 0 ? described : undefined;
  };
  const { mode, onDemandSinceMs } = table.billing;
  return {
    TableName: table.name,
    TableArn: table.arn,
    TableId: table.id,
    TableStatus: status,
    CreationDateTime: table.createdAtMs / 1000,
    KeySchema: describeKey(table.key),
    AttributeDefinitions: [...table.attributeTypes].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    BillingModeSummary:
      onDemandSinceMs === undefined
        ? undefined
        : { BillingMode: mode, LastUpdateToPayPerRequestDateTime: onDemandSinceMs / 1000 },
    ...describeCapacity(table.capacity),
    GlobalSecondaryIndexes: ofKind('global'),
    LocalSecondaryIndexes: ofKind('local'),
    ItemCount: table.byId.size,
    TableSizeBytes: table.rows.bytes,
    ...describeStream(table),
    DeletionProtectionEnabled: table.deletionProtected,
    SSEDescription:
      table.encryption === undefined
        ? undefined
        : { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: table.encryption.keyArn },
    TableClassSummary: table.tableClass === undefined ? undefined : { TableClass: table.tableClass },
  };
}

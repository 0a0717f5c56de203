import type { RemovalPolicy } from 'aws-cdk-lib';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { ManifestTable } from 'twelvefold/manifest';
import { atStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';
import { pascalCase } from '../template/pascal-case.ts';
import type { Attached } from './attached.ts';

/** Adds a table: billed per request, encrypted, recoverable to any second of the last 35 days. */
export function addTable(scope: Construct, table: ManifestTable, removalPolicy: RemovalPolicy): Attached {
  const { partitionKey, sortKey, ttlAttribute } = table;
  const keys = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
  const resource = named(
    new CfnTable(scope, `${pascalCase(table.key)}Table`, {
      tableName: atStage(table.physicalName),
      billingMode: 'PAY_PER_REQUEST',
      attributeDefinitions: keys.map((attributeName) => ({ attributeName, attributeType: 'S' })),
      keySchema: keys.map((attributeName, at) => ({ attributeName, keyType: at === 0 ? 'HASH' : 'RANGE' })),
      sseSpecification: { sseEnabled: true },
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      ...(ttlAttribute !== undefined && {
        timeToLiveSpecification: { attributeName: ttlAttribute, enabled: true },
      }),
    }),
  );
  resource.applyRemovalPolicy(removalPolicy);
  const value = table.binding.value === 'arn' ? resource.attrArn : resource.ref;
  return { declared: table, resource, arn: resource.attrArn, value };
}

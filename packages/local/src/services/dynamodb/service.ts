import type { ServiceModule } from '../../core/service.ts';
import { batchExecuteStatement, executeStatement, executeTransaction } from './partiql/partiql.ts';
import { query, scan } from './queries.ts';
import { batchGetItem, getItem } from './reads.ts';
import { deleteResourcePolicy, getResourcePolicy, putResourcePolicy } from './resource-policy.ts';
import {
  describeContinuousBackups,
  describeTimeToLive,
  updateContinuousBackups,
  updateTimeToLive,
} from './table-settings.ts';
import { createTable, deleteTable, describeEndpoints, describeLimits, describeTable, listTables } from './tables.ts';
import { listTagsOfResource, tagResource, untagResource } from './tags.ts';
import { transactGetItems, transactWriteItems } from './transactions.ts';
import { updateTable } from './update-table.ts';
import { batchWriteItem, deleteItem, putItem, updateItem } from './writes.ts';

/**
 * DynamoDB. Answered with 501: backups, global tables, imports and exports, Contributor Insights
 * and Kinesis destinations. Streams are another service.
 *
 * Known differences from AWS:
 * - Tables, indexes and time to live are ready by the next call instead of after seconds or
 *   minutes, and may be switched any time.
 * - Global indexes and eventually consistent reads see every earlier write. Nothing is throttled,
 *   no item collection is too large.
 * - Time to live deletes an item 48 hours after its expiry to the second, or as many as the tag
 *   `twelvefold:ttl-lag-seconds` says.
 * - A transaction holds its items for a turn of the event loop only, so conflicts are rarer.
 * - Resource policies, point-in-time recovery, encryption and table classes are remembered and
 *   shown, and change nothing.
 */
export const dynamodb: ServiceModule = {
  name: 'dynamodb',
  throttled: {
    code: 'ProvisionedThroughputExceededException',
    message:
      'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
  },
  json: {
    targetPrefix: 'DynamoDB_20120810',
    version: '1.0',
    errorNamespace: 'com.amazonaws.dynamodb.v20120810',
    crc32: true,
  },
  refused: {
    CreateTable: ['GlobalTableSettingsReplicationMode', 'GlobalTableSourceArn', 'VectorIndexes'],
    UpdateTable: [
      'DisassociationProtectionEnabled',
      'GlobalTableSettingsReplicationMode',
      'GlobalTableWitnessUpdates',
      'MultiRegionConsistency',
      'ReplicaUpdates',
      'VectorIndexUpdates',
    ],
  },
  actions: {
    BatchExecuteStatement: batchExecuteStatement,
    BatchGetItem: batchGetItem,
    BatchWriteItem: batchWriteItem,
    CreateTable: createTable,
    DeleteItem: deleteItem,
    DeleteResourcePolicy: deleteResourcePolicy,
    DeleteTable: deleteTable,
    DescribeContinuousBackups: describeContinuousBackups,
    DescribeEndpoints: describeEndpoints,
    DescribeLimits: describeLimits,
    DescribeTable: describeTable,
    DescribeTimeToLive: describeTimeToLive,
    ExecuteStatement: executeStatement,
    ExecuteTransaction: executeTransaction,
    GetItem: getItem,
    GetResourcePolicy: getResourcePolicy,
    ListTables: listTables,
    ListTagsOfResource: listTagsOfResource,
    PutItem: putItem,
    PutResourcePolicy: putResourcePolicy,
    Query: query,
    Scan: scan,
    TagResource: tagResource,
    TransactGetItems: transactGetItems,
    TransactWriteItems: transactWriteItems,
    UntagResource: untagResource,
    UpdateContinuousBackups: updateContinuousBackups,
    UpdateItem: updateItem,
    UpdateTable: updateTable,
    UpdateTimeToLive: updateTimeToLive,
  },
};

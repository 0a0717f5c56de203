import type { ServiceModule } from '../../core/service.ts';
import { batchGetItem } from './actions/batch-get-item.ts';
import { batchWriteItem } from './actions/batch-write-item.ts';
import { createTable } from './actions/create-table.ts';
import { deleteItem } from './actions/delete-item.ts';
import { deleteResourcePolicy } from './actions/delete-resource-policy.ts';
import { deleteTable } from './actions/delete-table.ts';
import { describeContinuousBackups } from './actions/describe-continuous-backups.ts';
import { describeEndpoints } from './actions/describe-endpoints.ts';
import { describeLimits } from './actions/describe-limits.ts';
import { describeTable } from './actions/describe-table.ts';
import { describeTimeToLive } from './actions/describe-time-to-live.ts';
import { getItem } from './actions/get-item.ts';
import { getResourcePolicy } from './actions/get-resource-policy.ts';
import { listTables } from './actions/list-tables.ts';
import { listTagsOfResource } from './actions/list-tags-of-resource.ts';
import { putItem } from './actions/put-item.ts';
import { putResourcePolicy } from './actions/put-resource-policy.ts';
import { query } from './actions/query.ts';
import { scan } from './actions/scan.ts';
import { tagResource } from './actions/tag-resource.ts';
import { transactGetItems } from './actions/transact-get-items.ts';
import { transactWriteItems } from './actions/transact-write-items.ts';
import { untagResource } from './actions/untag-resource.ts';
import { updateContinuousBackups } from './actions/update-continuous-backups.ts';
import { updateItem } from './actions/update-item.ts';
import { updateTable } from './actions/update-table.ts';
import { updateTimeToLive } from './actions/update-time-to-live.ts';

/**
 * DynamoDB. Not here, and answered with 501: backups, global tables, imports and exports, Contributor Insights, Kinesis destinations and
 * PartiQL. Streams are a service of their own.
 *
 * Known differences from AWS:
 * - Tables, indexes and time to live are ready by the next call instead of after seconds or minutes, and may be switched any time.
 * - Global indexes and eventually consistent reads see every earlier write. Nothing is throttled, no item collection is too large.
 * - Time to live deletes an item 48 hours after its expiry to the second, or as many as the tag `twelvefold:ttl-lag-seconds` says.
 * - A transaction holds its items for a turn of the event loop only, so conflicts are rarer.
 * - Global index keys have at most one hash and one range attribute.
 * - Resource policies, point-in-time recovery, encryption and table classes are remembered and shown, and change nothing.
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
  actions: {
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

import type { ServiceModule } from '../../core/service.ts';
import { getRecords, getShardIterator } from './records.ts';
import { describeStream, listStreams } from './streams.ts';

/**
 * DynamoDB Streams: a second face of DynamoDB's tables, whose state it reads. The signing name is
 * DynamoDB's too, but the protocol finds a service by its target.
 */
export const dynamodbStreams: ServiceModule = {
  name: 'dynamodbstreams',
  json: {
    targetPrefix: 'DynamoDBStreams_20120810',
    version: '1.0',
    errorNamespace: 'com.amazonaws.dynamodb.v20120810',
    crc32: true,
  },
  actions: {
    DescribeStream: describeStream,
    GetRecords: getRecords,
    GetShardIterator: getShardIterator,
    ListStreams: listStreams,
  },
};

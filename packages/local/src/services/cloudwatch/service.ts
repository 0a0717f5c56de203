import type { ServiceModule } from '../../core/service.ts';
import { listMetrics, putMetricData } from './metrics.ts';
import { getMetricData, getMetricStatistics } from './statistics.ts';

/**
 * CloudWatch metrics. SDK v3 speaks JSON, the AWS CLI (since 1.45) CBOR, older clients the Query
 * protocol.
 */
export const cloudwatch: ServiceModule = {
  name: 'monitoring',
  json: { targetPrefix: 'GraniteServiceVersion20100801', version: '1.0', queryCompatible: true },
  query: {
    xmlns: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    maps: ['ExtendedStatistics'],
    integers: ['Period', 'MaxDatapoints', 'StorageResolution'],
    numbers: ['MetricData.Value', 'Values', 'Counts', 'SampleCount', 'Sum', 'Minimum', 'Maximum'],
    booleans: ['ReturnData'],
    times: ['Timestamp', 'Timestamps'],
  },
  cbor: { service: 'GraniteServiceVersion20100801', times: ['Timestamp', 'Timestamps'] },
  refused: {
    GetMetricData: ['LabelOptions'],
    ListMetrics: ['IncludeLinkedAccounts', 'OwningAccount'],
    PutMetricData: ['EntityMetricData', 'StrictEntityValidation'],
  },
  actions: {
    GetMetricData: getMetricData,
    GetMetricStatistics: getMetricStatistics,
    ListMetrics: listMetrics,
    PutMetricData: putMetricData,
  },
};

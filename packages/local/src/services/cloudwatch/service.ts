import type { ServiceModule } from '../../core/service.ts';
import { getMetricData } from './actions/get-metric-data.ts';
import { getMetricStatistics } from './actions/get-metric-statistics.ts';
import { listMetrics } from './actions/list-metrics.ts';
import { putMetricData } from './actions/put-metric-data.ts';

/** CloudWatch metrics. SDK v3 speaks JSON, the AWS CLI (since 1.45) CBOR. */
export const cloudwatch: ServiceModule = {
  name: 'monitoring',
  json: { targetPrefix: 'GraniteServiceVersion20100801', version: '1.0', queryCompatible: true },
  cbor: { service: 'GraniteServiceVersion20100801', times: ['Timestamp', 'Timestamps'] },
  actions: {
    GetMetricData: getMetricData,
    GetMetricStatistics: getMetricStatistics,
    ListMetrics: listMetrics,
    PutMetricData: putMetricData,
  },
};

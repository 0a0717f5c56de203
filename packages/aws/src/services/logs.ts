import type { Accesses, AwsService } from './aws-service.ts';
import { jsonProtocol } from './json-protocol.ts';

/** CloudWatch Logs. */
export const logs: AwsService<'logs'> = {
  name: 'logs',
  endpointVariable: 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS',
  operations: { FilterLogEvents: 'read', GetLogEvents: 'read' } satisfies Accesses<'logs'>,
  protocol: jsonProtocol({ target: 'Logs_20140328', version: '1.1' }),
  loadSdk: async ({ open, missing }) => {
    try {
      return open(await import('@aws-sdk/client-cloudwatch-logs'), 'CloudWatchLogsClient');
    } catch (error) {
      throw missing(error);
    }
  },
};

import type { Accesses, AwsService } from './aws-service.ts';
import { jsonProtocol } from './json-protocol.ts';

/** Elastic Container Service. */
export const ecs: AwsService<'ecs'> = {
  name: 'ecs',
  endpointVariable: 'AWS_ENDPOINT_URL_ECS',
  operations: {
    DescribeServices: 'read',
    DescribeTaskDefinition: 'read',
    DescribeTasks: 'read',
    ListTasks: 'read',
    RunTask: 'write',
    StopTask: 'write',
  } satisfies Accesses<'ecs'>,
  protocol: jsonProtocol({ target: 'AmazonEC2ContainerServiceV20141113', version: '1.1' }),
  loadSdk: async ({ open, missing }) => {
    try {
      return open(await import('@aws-sdk/client-ecs'), 'ECSClient');
    } catch (error) {
      throw missing(error);
    }
  },
};

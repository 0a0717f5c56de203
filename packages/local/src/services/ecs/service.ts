import type { ServiceModule } from '../../core/service.ts';
import { describeServices, describeTaskDefinition, describeTasks, listTasks, runTask, stopTask } from './tasks.ts';

/**
 * Tasks of ECS, as processes of this machine: of the task definitions that are registered with
 * the endpoint.
 */
export const ecs: ServiceModule = {
  name: 'ecs',
  json: { targetPrefix: 'AmazonEC2ContainerServiceV20141113', version: '1.1' },
  actions: {
    DescribeServices: describeServices,
    DescribeTaskDefinition: describeTaskDefinition,
    DescribeTasks: describeTasks,
    ListTasks: listTasks,
    RunTask: runTask,
    StopTask: stopTask,
  },
};

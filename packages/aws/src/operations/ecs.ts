export interface AwsVpcConfiguration {
  subnets: string[];
  securityGroups?: string[];
  assignPublicIp?: 'ENABLED' | 'DISABLED';
}

interface Placement {
  launchType?: string;
  capacityProviderStrategy?: Array<{ capacityProvider: string; weight?: number; base?: number }>;
  platformVersion?: string;
  networkConfiguration?: { awsvpcConfiguration?: AwsVpcConfiguration };
}

/** A task, as RunTask and DescribeTasks have it. */
export interface EcsTask {
  taskArn?: string;
  taskDefinitionArn?: string;
  lastStatus?: string;
  desiredStatus?: string;
  startedBy?: string;
  stopCode?: string;
  stoppedReason?: string;
  /** `exitCode` is missing for a container that never ran. */
  containers?: Array<{ name?: string; lastStatus?: string; exitCode?: number; reason?: string }>;
}

interface Failure {
  arn?: string;
  reason?: string;
  detail?: string;
}

/** The ECS operations that launchers use. */
export interface EcsOperations {
  DescribeServices: {
    input: { cluster?: string; services: string[] };
    output: {
      services?: Array<Placement & { serviceName?: string; status?: string; taskDefinition?: string }>;
      failures?: Failure[];
    };
  };
  DescribeTaskDefinition: {
    input: { taskDefinition: string };
    output: {
      taskDefinition?: {
        taskDefinitionArn?: string;
        containerDefinitions?: Array<{
          name?: string;
          logConfiguration?: { logDriver?: string; options?: Record<string, string> };
        }>;
      };
    };
  };
  DescribeTasks: {
    input: { cluster?: string; tasks: string[] };
    output: { tasks?: EcsTask[]; failures?: Failure[] };
  };
  ListTasks: {
    input: {
      cluster?: string;
      startedBy?: string;
      family?: string;
      desiredStatus?: 'RUNNING' | 'PENDING' | 'STOPPED';
      nextToken?: string;
    };
    output: { taskArns?: string[]; nextToken?: string };
  };
  RunTask: {
    input: Placement & {
      cluster?: string;
      taskDefinition: string;
      count?: number;
      /** At most 64 characters. The same token starts the same task once. */
      clientToken?: string;
      /** At most 128 characters. */
      startedBy?: string;
      group?: string;
      overrides?: {
        containerOverrides?: Array<{
          name: string;
          command?: string[];
          environment?: Array<{ name: string; value: string }>;
        }>;
      };
    };
    /** Answers 200 with `failures` when no task could be placed. */
    output: { tasks?: EcsTask[]; failures?: Failure[] };
  };
  StopTask: {
    input: { cluster?: string; task: string; reason?: string };
    output: { task?: EcsTask };
  };
}

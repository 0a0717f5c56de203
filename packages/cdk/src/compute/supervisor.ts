import { pascalCase } from '@twelvefold/core/internal';
import { Duration, Fn } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnEventInvokeConfig, CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { CfnQueue, CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { ManifestSupervisor } from 'twelvefold/manifest';
import { sendingStatements } from '../data/data-key.ts';
import type { Statement } from '../policy/policy-document.ts';
import { policyDocument } from '../policy/policy-document.ts';
import { atStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';
import { componentEnvironment } from './component-environment.ts';
import type { ContainerTask } from './container.ts';
import type { ComponentFunction, FunctionContext } from './function.ts';
import { addCode } from './function.ts';
import { addSchedules } from './schedules.ts';
import type { TaskNetwork } from './tasks.ts';
import { taskFamily } from './tasks.ts';

/** The function that starts the legs of runs, with what is around it. */
export interface AppSupervisor {
  readonly function: LambdaFunction;
  /** Events that the function failed on, and ticks of schedules that could not be delivered. */
  readonly deadLetterQueue: CfnQueue;
  /** By logical id: `SupervisorEachMinute`, and `SupervisorTaskStopped` with tasks on Fargate. */
  readonly rules: ReadonlyMap<string, CfnRule>;
  /** By logical id, e.g. `NightlySchedule`. */
  readonly schedules: ReadonlyMap<string, CfnSchedule>;
}

interface SupervisorContext extends FunctionContext {
  readonly supervisor: ManifestSupervisor;
  readonly functions: ReadonlyMap<string, ComponentFunction>;
  readonly tasks: ReadonlyMap<string, ContainerTask>;
  /** Defined if tasks on Fargate can be started. */
  readonly network: TaskNetwork | undefined;
  readonly release: string;
}

const ID = 'Supervisor';
/** It looks each minute; a look reads every run that is not settled. */
const TIMEOUT = Duration.minutes(1);
const MEMORY = 256;
/** SQS's longest: a person looks at what is there. */
const DEAD_LETTER_RETENTION = Duration.days(14);

/**
 * Adds the supervisor: the one function whose role may start tasks. A rule invokes it each minute,
 * another one when a task on ECS has stopped, and schedules when a task is due.
 */
export function addSupervisor(scope: Construct, context: SupervisorContext): AppSupervisor {
  const { manifest, supervisor, functions, tasks, network, release } = context;
  const started = [...functions].filter(([name]) => supervisor.tasks.includes(name));
  const onEcs = [...tasks].filter(([name]) => supervisor.tasks.includes(name));
  const deadLetterQueue = addDeadLetters(scope, manifest.app);
  const code = addCode(
    scope,
    supervisor,
    context,
    {
      memorySize: MEMORY,
      timeout: TIMEOUT,
      environment: {
        ...componentEnvironment([supervisor], context.attached),
        TWELVEFOLD_RELEASE: release,
        ...(network && onEcs.length > 0 && placeOf(manifest.app, network)),
      },
    },
    [
      ...(started.length > 0 ? [invokeStatement(started.map(([, { function: fn }]) => fn.functionArn))] : []),
      ...(network && onEcs.length > 0 ? runStatements(manifest.app, onEcs, network) : []),
      { Sid: 'KeepFailedEvents', Effect: 'Allow', Action: 'sqs:SendMessage', Resource: deadLetterQueue.attrArn },
      ...sendingStatements(context.dataKey),
    ],
  );
  // A tick of a schedule that fails is tried twice more by Lambda: Scheduler's own tries end when
  // Lambda has taken the event.
  named(
    new CfnEventInvokeConfig(scope, `${ID}Retries`, {
      functionName: code.functionName,
      qualifier: '$LATEST',
      destinationConfig: { onFailure: { destination: deadLetterQueue.attrArn } },
    }),
  );
  // A second delivery of a leg's event is refused by the lease, but costs an invocation.
  for (const [name, { function: fn }] of started) {
    named(
      new CfnEventInvokeConfig(scope, `${pascalCase(name)}Retries`, {
        functionName: fn.functionName,
        qualifier: '$LATEST',
        maximumRetryAttempts: 0,
      }),
    );
  }
  const rules = [
    addRule(scope, code, `${ID}EachMinute`, {
      description: `Looks after the runs of ${manifest.app}`,
      scheduleExpression: 'rate(1 minute)',
    }),
  ];
  if (network && onEcs.length > 0) {
    const stopped = addRule(scope, code, `${ID}TaskStopped`, {
      description: `A task of a run of ${manifest.app} has stopped`,
      eventPattern: {
        source: ['aws.ecs'],
        'detail-type': ['ECS Task State Change'],
        detail: {
          clusterArn: [network.cluster.clusterArn],
          lastStatus: ['STOPPED'],
          // As the supervisor names the runs that it starts.
          startedBy: [{ prefix: 'twelvefold/' }],
        },
      },
    });
    rules.push(stopped);
  }
  const schedules = addSchedules(scope, {
    app: manifest.app,
    schedules: supervisor.schedules,
    target: code,
    deadLetterQueue,
    dataKey: context.dataKey,
    isOnEcs: (task) => tasks.has(task),
  });
  return { function: code, deadLetterQueue, rules: new Map(rules.map((rule) => [rule.node.id, rule])), schedules };
}

/** The environment that `twelvefold/supervisor` reads. */
function placeOf(app: string, { cluster, subnetIds, group }: TaskNetwork): Record<string, string> {
  return {
    TWELVEFOLD_ECS_CLUSTER: cluster.clusterName,
    TWELVEFOLD_ECS_TASK_DEFINITION: atStage(taskFamily(app, '{task}')),
    TWELVEFOLD_ECS_SUBNETS: Fn.join(',', [...subnetIds]),
    TWELVEFOLD_ECS_SECURITY_GROUPS: group.securityGroupId,
  };
}

function invokeStatement(functionArns: readonly string[]): Statement {
  return { Sid: 'StartFunctions', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: functionArns };
}

/**
 * Running the tasks' definitions in one cluster, and passing the roles of these definitions to ECS.
 *
 * The supervisor names no revision. IAM then compares with all of them: `family:*` (ECS API
 * reference, RunTask, `taskDefinition`). A revision with another role stays out of reach, because
 * only the roles of the current ones may be passed.
 */
function runStatements(
  app: string,
  tasks: ReadonlyArray<readonly [string, ContainerTask]>,
  { cluster }: TaskNetwork,
): Statement[] {
  const roles = tasks.flatMap(([, { taskDefinition }]) => [
    taskDefinition.taskRole.roleArn,
    taskDefinition.obtainExecutionRole().roleArn,
  ]);
  return [
    {
      Sid: 'RunTasks',
      Effect: 'Allow',
      Action: 'ecs:RunTask',
      Resource: tasks.map(([name]) =>
        atStage(
          `arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:task-definition/${taskFamily(app, name)}:*`,
        ),
      ),
      Condition: { ArnEquals: { 'ecs:cluster': cluster.clusterArn } },
    },
    {
      Sid: 'PassTaskRoles',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: roles,
      Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    },
  ];
}

function addRule(
  scope: Construct,
  target: LambdaFunction,
  id: string,
  when: { readonly description: string; readonly scheduleExpression?: string; readonly eventPattern?: object },
): CfnRule {
  const rule = named(
    new CfnRule(scope, id, {
      ...when,
      // The next minute looks anyway.
      targets: [{ id: 'supervisor', arn: target.functionArn, retryPolicy: { maximumRetryAttempts: 0 } }],
    }),
  );
  named(
    new CfnPermission(scope, `${id}Permission`, {
      action: 'lambda:InvokeFunction',
      functionName: target.functionName,
      principal: 'events.amazonaws.com',
      sourceArn: rule.attrArn,
    }),
  );
  return rule;
}

/** A queue that only those may use whose role or policy allows it, over TLS. */
function addDeadLetters(scope: Construct, app: string): CfnQueue {
  const queue = named(
    new CfnQueue(scope, `${ID}DeadLetterQueue`, {
      queueName: atStage(`${app}-{stage}-supervisor-dead-letter`),
      sqsManagedSseEnabled: true,
      messageRetentionPeriod: DEAD_LETTER_RETENTION.toSeconds(),
    }),
  );
  const tlsOnly: Statement = {
    Sid: 'TlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: 'sqs:*',
    Resource: queue.attrArn,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  named(
    new CfnQueuePolicy(scope, `${ID}DeadLetterQueuePolicy`, {
      queues: [queue.ref],
      policyDocument: policyDocument([tlsOnly]),
    }),
  );
  return queue;
}

import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../policy/policy-document.ts';
import { nightlyManifest } from '../testing/nightly-manifest.fixture.ts';
import type { TemplateJson } from '../testing/synthesize.fixture.ts';
import { newStack, ofType, resourceOf, sub } from '../testing/synthesize.fixture.ts';
import { TwelveFactorApp } from '../twelve-factor-app.ts';
import type { Compute } from './placement.ts';
import { fargate, lambda } from './placement.ts';

function synthesized(compute: Compute, manifest = nightlyManifest) {
  const stack = newStack();
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 }) as IVpc;
  const app = new TwelveFactorApp(stack, 'App', { manifest, compute, service: { network: { vpc } } });
  return { app, stack, template: Template.fromStack(stack).toJSON() as TemplateJson }; // what CloudFormation calls a template
}

const mixed = synthesized({ backfill: [lambda(), fargate()], report: fargate({ cpu: 1_024 }), idle: lambda() });
const onLambda = synthesized({ backfill: lambda(), report: lambda(), idle: lambda() });

/** The statements of a role by their Sid. */
function statements({ template }: typeof mixed, role: string) {
  const { Policies } = resourceOf(template, role).Properties;
  const [policy] = Policies as ReadonlyArray<{ PolicyDocument: PolicyDocument }>; // IAM's shape
  return Object.fromEntries(policy?.PolicyDocument.Statement.map(({ Sid, ...rest }) => [Sid, rest]) ?? []);
}
const attr = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

describe('the supervisor', () => {
  it('is a function that finds the table of runs, the cluster and the definitions of tasks', () => {
    expect(ofType(mixed.template, 'AWS::DynamoDB::Table')).toContain('RunsTable');
    const { Properties } = resourceOf(mixed.template, 'SupervisorFunction');
    expect(Properties).toMatchObject({
      FunctionName: sub('night-{Stage}-supervisor'),
      Handler: 'supervisor.handler',
      Timeout: 60,
    });
    const { Variables } = Properties.Environment as { Variables: object }; // CloudFormation's shape
    expect(Variables).toEqual({
      TWELVEFOLD_STAGE: { Ref: 'Stage' },
      NODE_OPTIONS: '--enable-source-maps',
      TWELVEFOLD_RUNS_NAME: { Ref: 'RunsTable' },
      TWELVEFOLD_RELEASE: { Ref: 'Release' },
      TWELVEFOLD_ECS_CLUSTER: { Ref: 'Cluster' },
      TWELVEFOLD_ECS_TASK_DEFINITION: { 'Fn::Sub': `night-\${Stage}-{task}` },
      TWELVEFOLD_ECS_SUBNETS: { 'Fn::Join': [',', [expect.anything(), expect.anything()]] },
      TWELVEFOLD_ECS_SECURITY_GROUPS: { 'Fn::GetAtt': ['TaskGroup', 'GroupId'] },
    });
    expect(mixed.template.Parameters.Release).toMatchObject({ Type: 'String', Default: '' });
    expect(mixed.app.supervisor?.function.node.id).toBe('SupervisorFunction');
  });

  it('gives its rules and schedules, to be changed', () => {
    const { rules, schedules } = mixed.app.supervisor ?? {};
    expect([...(rules?.keys() ?? [])]).toEqual(ofType(mixed.template, 'AWS::Events::Rule'));
    expect([...(schedules?.keys() ?? [])].sort()).toEqual(ofType(mixed.template, 'AWS::Scheduler::Schedule').sort());
    expect(schedules?.get('IdleSchedule')?.groupName).toBeDefined();
  });

  it('may start its tasks and nothing else', () => {
    const { UseRuns, UseRunsGroupOrder, UseRunsActiveDue, WriteLogs, ...rest } = statements(
      mixed,
      'SupervisorFunctionRole',
    );
    for (const statement of [UseRuns, UseRunsGroupOrder, UseRunsActiveDue, WriteLogs]) expect(statement).toBeDefined();
    const family = (task: string) =>
      sub(`arn:{AWS::Partition}:ecs:{AWS::Region}:{AWS::AccountId}:task-definition/night-{Stage}-${task}:*`);
    expect(rest).toEqual({
      StartFunctions: {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: [attr('BackfillFunction'), attr('IdleFunction')],
      },
      // A wildcard for revisions: RunTask without a revision is compared with all of them.
      RunTasks: {
        Effect: 'Allow',
        Action: 'ecs:RunTask',
        Resource: [family('backfill'), family('report')],
        Condition: { ArnEquals: { 'ecs:cluster': attr('Cluster') } },
      },
      PassTaskRoles: {
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: [
          'BackfillTaskTaskRole',
          'BackfillTaskExecutionRole',
          'ReportTaskTaskRole',
          'ReportTaskExecutionRole',
        ].map(attr),
        Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      },
      KeepFailedEvents: { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: attr('SupervisorDeadLetterQueue') },
    });
  });

  it('is the only role that may start a task', () => {
    const text = ofType(mixed.template, 'AWS::IAM::Role').filter((role) =>
      /ecs:RunTask|iam:PassRole|lambda:InvokeFunction/.test(JSON.stringify(resourceOf(mixed.template, role))),
    );
    // The schedules invoke the supervisor.
    expect(text).toEqual(['SupervisorFunctionRole', 'SchedulesRole']);
  });

  it('has no permission on ECS where no task is placed there', () => {
    expect(Object.keys(statements(onLambda, 'SupervisorFunctionRole'))).not.toContain('RunTasks');
    const { Environment } = resourceOf(onLambda.template, 'SupervisorFunction').Properties;
    expect(JSON.stringify(Environment)).not.toContain('ECS');
    expect(ofType(onLambda.template, 'AWS::Events::Rule')).toEqual(['SupervisorEachMinute']);
    expect(ofType(onLambda.template, 'AWS::ECS::Cluster')).toEqual([]);
  });

  it('looks each minute, and when a task of a run has stopped', () => {
    expect(resourceOf(mixed.template, 'SupervisorEachMinute').Properties).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      Targets: [{ Arn: attr('SupervisorFunction'), RetryPolicy: { MaximumRetryAttempts: 0 } }],
    });
    expect(resourceOf(mixed.template, 'SupervisorTaskStopped').Properties.EventPattern).toEqual({
      source: ['aws.ecs'],
      'detail-type': ['ECS Task State Change'],
      detail: {
        clusterArn: [attr('Cluster')],
        lastStatus: ['STOPPED'],
        startedBy: [{ prefix: 'twelvefold/' }],
      },
    });
    for (const rule of ['SupervisorEachMinute', 'SupervisorTaskStopped']) {
      expect(resourceOf(mixed.template, `${rule}Permission`).Properties).toEqual({
        Action: 'lambda:InvokeFunction',
        FunctionName: { Ref: 'SupervisorFunction' },
        Principal: 'events.amazonaws.com',
        SourceArn: attr(rule),
      });
    }
  });

  it('keeps events that fail, and lets no leg be delivered twice', () => {
    const retries = (id: string) => resourceOf(mixed.template, id).Properties;
    expect(retries('SupervisorRetries')).toEqual({
      FunctionName: { Ref: 'SupervisorFunction' },
      Qualifier: '$LATEST',
      DestinationConfig: { OnFailure: { Destination: attr('SupervisorDeadLetterQueue') } },
    });
    for (const task of ['Backfill', 'Idle']) {
      expect(retries(`${task}Retries`)).toEqual({
        FunctionName: { Ref: `${task}Function` },
        Qualifier: '$LATEST',
        MaximumRetryAttempts: 0,
      });
    }
    expect(ofType(mixed.template, 'AWS::Lambda::EventInvokeConfig')).toHaveLength(3);
  });
});

describe('schedules', () => {
  it('target the supervisor with what is declared, and name the host of the task', () => {
    expect(resourceOf(mixed.template, 'BackfillSchedule').Properties).toEqual({
      Name: sub('night-{Stage}-backfill'),
      GroupName: { Ref: 'Schedules' },
      Description: 'Starts a run of backfill',
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: attr('SupervisorFunction'),
        RoleArn: attr('SchedulesRole'),
        Input: JSON.stringify({
          task: 'backfill',
          params: {},
          scheduleArn: '<aws.scheduler.schedule-arn>',
          scheduledTime: '<aws.scheduler.scheduled-time>',
          on: 'ecs',
        }),
        RetryPolicy: { MaximumRetryAttempts: 1 },
        DeadLetterConfig: { Arn: attr('SupervisorDeadLetterQueue') },
      },
    });
    const second = JSON.stringify(resourceOf(mixed.template, 'BackfillSchedule2').Properties);
    expect(second).toContain(`\\"at\\":\\"\${Stage}\\"`);
    const idle = resourceOf(mixed.template, 'IdleSchedule').Properties;
    expect(idle).toMatchObject({ Target: { RetryPolicy: { MaximumRetryAttempts: 0 } } });
    expect(JSON.stringify(idle)).toContain(String.raw`\"on\":\"lambda\"`);
  });

  it('have a role for this group only', () => {
    expect(resourceOf(mixed.template, 'SchedulesRole').Properties.AssumeRolePolicyDocument).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' }, 'aws:SourceArn': attr('Schedules') },
          },
        },
      ],
    });
    expect(statements(mixed, 'SchedulesRole')).toEqual({
      InvokeSupervisor: { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: attr('SupervisorFunction') },
      KeepFailedTicks: { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: attr('SupervisorDeadLetterQueue') },
    });
  });

  it('have no role where there are none', () => {
    const { supervisor } = nightlyManifest;
    if (!supervisor) throw new Error('the fixture has a supervisor');
    const manifest = { ...nightlyManifest, supervisor: { ...supervisor, schedules: [] } };
    const { template } = synthesized({ backfill: lambda(), report: lambda(), idle: lambda() }, manifest);
    expect(ofType(template, 'AWS::Scheduler::ScheduleGroup')).toEqual([]);
    expect(ofType(template, 'AWS::IAM::Role')).not.toContain('SchedulesRole');
  });
});

describe('faults', () => {
  const refused = (manifest: object) => () => synthesized({}, { ...nightlyManifest, ...manifest });
  const { supervisor } = nightlyManifest;

  it('name what does not fit a supervisor', () => {
    expect(refused({ supervisor: { ...supervisor, tasks: ['other'] } })).toThrow("'other', which is not a task");
    expect(refused({ supervisor: { ...supervisor, tasks: ['idle'] } })).toThrow(
      "starts 'backfill', which the supervisor does not have",
    );
    expect(refused({ supervisor: { ...supervisor, uses: ['nowhere'] } })).toThrow(
      "component 'supervisor' uses 'nowhere', which is not in resources",
    );
    expect(refused({ supervisor: { ...supervisor, entry: 'lambda/idle.js' } })).toThrow("the entry 'lambda/idle.js'");
  });

  it('name tasks that could not be started for want of a network', () => {
    const compute = { backfill: fargate(), report: [lambda(), fargate()], idle: lambda() };
    const stack = newStack();
    expect(() => new TwelveFactorApp(stack, 'App', { manifest: nightlyManifest, compute })).toThrow(
      "task 'backfill' runs on Fargate, where the supervisor starts it: pass service.network.vpc",
    );
  });

  it('are none in a stack of tasks', () => {
    expect(mixed.stack.node.validate()).toEqual([]);
    expect(Annotations.fromStack(mixed.stack).findError('*', Match.anyValue())).toEqual([]);
  });
});

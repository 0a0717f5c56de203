import { pascalCase } from '@twelvefold/core/internal';
import { Aws } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { ManifestSchedule } from 'twelvefold/manifest';
import { sendingStatements } from '../data/data-key.ts';
import { addRole } from '../policy/add-role.ts';
import { atStage, valueAtStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';

interface SchedulesContext {
  readonly app: string;
  readonly schedules: readonly ManifestSchedule[];
  /** The function of the supervisor. */
  readonly target: LambdaFunction;
  readonly deadLetterQueue: CfnQueue;
  readonly dataKey: IKey | undefined;
  /** Whether the runs of a task work on ECS. */
  isOnEcs(task: string): boolean;
}

/**
 * Adds the schedules of tasks (EventBridge Scheduler). They share a group and a role that may
 * invoke the supervisor and write to its dead-letter queue.
 */
export function addSchedules(scope: Construct, context: SchedulesContext): ReadonlyMap<string, CfnSchedule> {
  const { app, schedules, target, deadLetterQueue, dataKey, isOnEcs } = context;
  const created = new Map<string, CfnSchedule>();
  if (schedules.length === 0) return created;
  const groupName = atStage(`${app}-{stage}`);
  const group = named(new CfnScheduleGroup(scope, 'Schedules', { name: groupName }));
  const role = addRole(scope, 'SchedulesRole', {
    description: `What the schedules of ${app} do`,
    service: 'scheduler.amazonaws.com',
    // Schedules of another account or group cannot borrow the role (Scheduler user guide,
    // "Confused deputy prevention").
    trusts: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 'aws:SourceArn': group.attrArn },
    statements: [
      {
        Sid: 'InvokeSupervisor',
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: target.functionArn,
      },
      { Sid: 'KeepFailedTicks', Effect: 'Allow', Action: 'sqs:SendMessage', Resource: deadLetterQueue.attrArn },
      ...sendingStatements(dataKey),
    ],
  });
  const count = new Map<string, number>();
  for (const { name, task, expression, timeZone, retries, input } of schedules) {
    const nth = (count.get(task) ?? 0) + 1;
    count.set(task, nth);
    const schedule = named(
      new CfnSchedule(scope, `${pascalCase(task)}Schedule${nth === 1 ? '' : nth}`, {
        name: atStage(name),
        groupName: group.ref,
        description: `Starts a run of ${task}`,
        scheduleExpression: expression,
        scheduleExpressionTimezone: timeZone,
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: target.functionArn,
          roleArn: role.attrArn,
          input: textOf({ ...input, on: isOnEcs(task) ? 'ecs' : 'lambda' }),
          retryPolicy: { maximumRetryAttempts: retries },
          deadLetterConfig: { arn: deadLetterQueue.attrArn },
        },
      }),
    );
    created.set(schedule.node.id, schedule);
  }
  return created;
}

/** JSON whose texts have the stack's stage where they say `{stage}`. */
function textOf(input: Readonly<Record<string, unknown>>): string {
  return String(valueAtStage(JSON.stringify(input)));
}

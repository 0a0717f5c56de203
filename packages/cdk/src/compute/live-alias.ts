import { pascalCase } from '@twelvefold/core/internal';
import { Duration } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import {
  LambdaApplication,
  LambdaDeploymentConfig,
  LambdaDeploymentGroup,
  TimeBasedCanaryTrafficRouting,
  TimeBasedLinearTrafficRouting,
} from 'aws-cdk-lib/aws-codedeploy';
import type { IVersion, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Alias } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { defaultNamed } from '../template/named.ts';
import type { GradualShift, ProvisionedConcurrency } from './placement.ts';

/** The share of provisioned environments that scaling keeps in use. */
const TARGET_UTILIZATION = 0.7;

/** Adds the alias `live` of a function, with its provisioned concurrency. */
export function addAlias(
  scope: Construct,
  component: string,
  target: LambdaFunction,
  provisioned: ProvisionedConcurrency | undefined,
): Alias {
  const id = `${pascalCase(component)}Live`;
  const alias = new Alias(scope, id, {
    aliasName: 'live',
    version: target.currentVersion as IVersion,
    ...(provisioned && { provisionedConcurrentExecutions: provisioned.min }),
  });
  defaultNamed(alias, id);
  if (provisioned?.max !== undefined && provisioned.max > provisioned.min) {
    alias
      .addAutoScaling({ minCapacity: provisioned.min, maxCapacity: provisioned.max })
      .scaleOnUtilization({ utilizationTarget: TARGET_UTILIZATION });
  }
  return alias;
}

/** CodeDeploy moves the alias step by step, and back when invocations of the new version fail. */
export function addShift(scope: Construct, component: string, alias: Alias, shift: GradualShift): Alarm {
  const id = pascalCase(component);
  const step = { interval: Duration.minutes(shift.minutes), percentage: shift.percent };
  const alarm = new Alarm(scope, `${id}ShiftAlarm`, {
    metric: alias.metricErrors({ period: Duration.minutes(1) }),
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: `An invocation of ${component} failed while its traffic moves to a new version: CodeDeploy moves it back`,
  });
  defaultNamed(alarm, `${id}ShiftAlarm`);
  new LambdaDeploymentGroup(scope, `${id}Deployment`, {
    application: new LambdaApplication(scope, `${id}Application`),
    alias,
    alarms: [alarm as IAlarm],
    deploymentConfig: new LambdaDeploymentConfig(scope, `${id}Shift`, {
      trafficRouting:
        shift.type === 'linear' ? new TimeBasedLinearTrafficRouting(step) : new TimeBasedCanaryTrafficRouting(step),
    }),
    autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
  });
  return alarm;
}

import { pascalCase } from '@twelvefold/core/internal';
import { Duration } from 'aws-cdk-lib';
import type { IAlarm, IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Alarm, ComparisonOperator, MathExpression, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
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
import type { ManifestComponent } from 'twelvefold/manifest';
import { ownMetric } from '../monitoring/own-metric.ts';
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

/** Percent of the answers: an error of a handler is an answer, and no failed invocation. */
const FAULT_PERCENT = 1;

/** The alarms that end a shift. */
interface ShiftAlarms {
  readonly shiftAlarm: Alarm;
  /** Of an HTTP component. */
  readonly shiftRequestsAlarm?: Alarm;
}

/**
 * CodeDeploy moves the alias step by step, and back when invocations of the new version fail or
 * requests are answered with 5xx.
 */
export function addShift(
  scope: Construct,
  app: string,
  { name: component, trigger }: ManifestComponent,
  alias: Alias,
  shift: GradualShift,
): ShiftAlarms {
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
  const requestsAlarm = trigger.kind === 'http' ? addRequestsAlarm(scope, app, component) : undefined;
  new LambdaDeploymentGroup(scope, `${id}Deployment`, {
    application: new LambdaApplication(scope, `${id}Application`),
    alias,
    alarms: [alarm, ...(requestsAlarm ? [requestsAlarm] : [])] as IAlarm[],
    deploymentConfig: new LambdaDeploymentConfig(scope, `${id}Shift`, {
      trafficRouting:
        shift.type === 'linear' ? new TimeBasedLinearTrafficRouting(step) : new TimeBasedCanaryTrafficRouting(step),
    }),
    autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
  });
  return { shiftAlarm: alarm, ...(requestsAlarm && { shiftRequestsAlarm: requestsAlarm }) };
}

/**
 * By the SDK's metrics: those of an API would make a circle, because the API needs the alias, the
 * alias its deployment group, and the group its alarms.
 */
function addRequestsAlarm(scope: Construct, app: string, component: string): Alarm {
  const id = `${pascalCase(component)}ShiftRequestsAlarm`;
  const own = { app, by: { component }, statistic: Stats.SUM, period: Duration.minutes(1) };
  const errors = ownMetric({ ...own, metricName: 'requestErrors' });
  const requests = ownMetric({ ...own, metricName: 'requests' });
  const alarm = new Alarm(scope, id, {
    metric: new MathExpression({
      expression: '100 * errors / MAX([requests, 1])',
      usingMetrics: { errors: errors as IMetric, requests: requests as IMetric },
      label: 'requests answered with 5xx (%)',
      period: Duration.minutes(1),
    }),
    threshold: FAULT_PERCENT,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: `${component} answers 5xx while its traffic moves to a new version: CodeDeploy moves it back`,
  });
  defaultNamed(alarm, id);
  return alarm;
}

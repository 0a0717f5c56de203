import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { atStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';

/** Adds a log group: one that Lambda or ECS creates would never expire its logs. */
export function addLogGroup(scope: Construct, id: string, name: string, retention: RetentionDays): CfnLogGroup {
  // CloudFormation has no number for "without a limit", unlike CDK: the property is left out.
  const days = retention === FOREVER ? {} : { retentionInDays: retention };
  return named(new CfnLogGroup(scope, id, { logGroupName: atStage(name), ...days }));
}

/** `RetentionDays.INFINITE`. */
const FOREVER = 9999;

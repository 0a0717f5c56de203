import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { atStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';

/** Adds a log group of its own: one that Lambda or ECS made would keep its logs for ever. */
export function addLogGroup(scope: Construct, id: string, name: string, retention: RetentionDays): CfnLogGroup {
  // CDK's constant for "for ever" is no number that CloudFormation takes: there it is said by leaving the property out.
  const days = retention === FOREVER ? {} : { retentionInDays: retention };
  return named(new CfnLogGroup(scope, id, { logGroupName: atStage(name), ...days }));
}

/** `RetentionDays.INFINITE`. */
const FOREVER = 9999;

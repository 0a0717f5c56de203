import { RemovalPolicy } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { atStage } from '../template/at-stage.ts';
import { defaultNamed } from '../template/named.ts';

/** Adds a log group: one that Lambda or ECS creates would keep its logs without a limit. */
export function addLogGroup(scope: Construct, id: string, name: string, retention: RetentionDays): LogGroup {
  const logGroup = new LogGroup(scope, id, {
    logGroupName: atStage(name),
    retention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  defaultNamed(logGroup, id);
  return logGroup;
}

import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { atStage } from '../template/at-stage.ts';

interface OwnMetric {
  readonly app: string;
  /** The dimension beside `service`, as the guide on logs and metrics lists it. */
  readonly by: { readonly component: string } | { readonly task: string };
  readonly metricName: string;
  readonly statistic: string;
  readonly period: Duration;
}

/** A metric of the SDK's log lines (EMF). It names no resource, so an alarm on it needs none. */
export function ownMetric({ app, by, ...metric }: OwnMetric): Metric {
  return new Metric({
    namespace: atStage(`${app}-{stage}`),
    dimensionsMap: { service: app, ...by },
    ...metric,
  });
}

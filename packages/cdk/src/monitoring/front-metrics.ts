import type { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { AppService } from '../compute/service.ts';

/** Metrics of what a service answers, whichever load balancer it is behind. */
interface FrontMetrics {
  readonly errorPercent: IMetric;
  /** The 99th percentile, in seconds. */
  readonly latency: IMetric;
  readonly unhealthy: IMetric;
  /** Of the target group that ECS shifts to and from. */
  readonly alternateUnhealthy?: IMetric;
}

/**
 * The metrics of a service's front; undefined for a service without one.
 *
 * A load balancer of another stack also serves other apps, so only the target groups count there.
 * With a shift there are two, of which one has the traffic.
 */
export function frontMetrics(service: AppService, period: Duration): FrontMetrics | undefined {
  const { loadBalancer, targetGroup, alternateTargetGroup } = service;
  if (!targetGroup) return undefined;
  const groups = [targetGroup, ...(alternateTargetGroup ? [alternateTargetGroup] : [])];
  // CDK gives no metrics of a group that no listener of the stack forwards to: ECS attaches it.
  const [first, second] = groups.map(
    ({ targetGroupFullName: TargetGroup }) =>
      (metricName: string, statistic: string) =>
        new Metric({
          namespace: 'AWS/ApplicationELB',
          metricName,
          dimensionsMap: { LoadBalancer: targetGroup.firstLoadBalancerFullName, TargetGroup },
          statistic,
          period,
        }),
  );
  if (!first) return undefined;
  const unhealthy = {
    unhealthy: targetGroup.metrics.unhealthyHostCount({ period }) as IMetric,
    ...(second && { alternateUnhealthy: second('UnHealthyHostCount', Stats.AVERAGE) as IMetric }),
  };
  const percent = (errors: string, requests: string, usingMetrics: Record<string, Metric>) =>
    new MathExpression({
      expression: `100 * ${errors} / MAX([${requests}, 1])`,
      usingMetrics: usingMetrics as Record<string, IMetric>, // CDK's declarations need it
      label: 'requests answered with 5xx (%)',
      period,
    }) as IMetric;
  if (loadBalancer) {
    const errors = loadBalancer.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period });
    const requests = loadBalancer.metrics.requestCount({ period });
    const latency = loadBalancer.metrics.targetResponseTime({ period, statistic: Stats.p(99) }) as IMetric;
    return { errorPercent: percent('errors', 'requests', { errors, requests }), latency, ...unhealthy };
  }
  const [errors, requests, latency] = [
    first('HTTPCode_Target_5XX_Count', Stats.SUM),
    first('RequestCount', Stats.SUM),
    first('TargetResponseTime', Stats.p(99)),
  ];
  if (!second) {
    return {
      errorPercent: percent('errors', 'requests', { errors, requests }),
      latency: latency as IMetric,
      ...unhealthy,
    };
  }
  const [otherErrors, otherRequests, otherLatency] = [
    second('HTTPCode_Target_5XX_Count', Stats.SUM),
    second('RequestCount', Stats.SUM),
    second('TargetResponseTime', Stats.p(99)),
  ];
  // The group without traffic has no values.
  const sum = (name: string, other: string) => `(FILL(${name}, 0) + FILL(${other}, 0))`;
  return {
    errorPercent: percent(sum('errors', 'otherErrors'), sum('requests', 'otherRequests'), {
      errors,
      otherErrors,
      requests,
      otherRequests,
    }),
    latency: new MathExpression({
      expression: 'MAX([FILL(latency, 0), FILL(otherLatency, 0)])',
      usingMetrics: { latency: latency as IMetric, otherLatency: otherLatency as IMetric },
      label: 'response time (p99, s)',
      period,
    }) as IMetric,
    ...unhealthy,
  };
}

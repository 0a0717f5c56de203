import { Annotations, CfnOutput, Duration, Fn } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import { AlternateTarget, ListenerRuleConfiguration } from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationListenerRule,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerAction,
  ListenerCondition,
  SslPolicy,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { defaultNamed, named } from '../template/named.ts';
import { PORT } from './container.ts';
import type { ServiceNetwork, ServiceOptions } from './service-options.ts';

/** Below the keep-alive of the SDK's server (65 s), so that the load balancer closes first. */
const IDLE_TIMEOUT = Duration.seconds(60);

interface LoadBalancerOptions extends Pick<ServiceOptions, 'deployment' | 'loadBalancerProps'> {
  readonly network: ServiceNetwork;
  readonly stopTimeout: Duration;
}

/** The front of a service. */
export interface ServiceFront {
  /** Undefined with `existingListener`. */
  readonly loadBalancer?: ApplicationLoadBalancer;
  readonly targetGroup: ApplicationTargetGroup;
  /** Of a deployment that shifts traffic. */
  readonly alternateTargetGroup?: ApplicationTargetGroup;
}

/**
 * Puts a service behind a load balancer, a new one or an existing listener. Health check,
 * deregistration and idle time fit the SDK's server.
 */
export function addLoadBalancer(
  scope: Construct,
  service: FargateService,
  options: LoadBalancerOptions,
  app: string,
): ServiceFront {
  const { vpc, existingListener } = options.network;
  const balancer = existingListener ? undefined : newLoadBalancer(scope, options, app);
  const group = (id: string) => targetGroup(scope, id, vpc, options.stopTimeout);
  const blue = group('TargetGroup');
  const listener = balancer?.listener ?? existingListener?.listener;
  if (!listener) throw new Error('a front has a listener');
  const rule = new ApplicationListenerRule(scope, 'ListenerRule', {
    listener,
    priority: existingListener?.priority ?? 1,
    conditions: [...(existingListener?.conditions ?? [ListenerCondition.pathPatterns(['/*'])])],
    action: ListenerAction.forward([blue]),
  });
  const shifts = options.deployment === 'blue-green' || options.deployment === 'canary';
  const green = shifts ? group('AlternateTargetGroup') : undefined;
  const target = service.loadBalancerTarget({
    containerName: 'app',
    containerPort: PORT,
    ...(green && {
      alternateTarget: new AlternateTarget('Alternate', {
        alternateTargetGroup: green,
        productionListener: ListenerRuleConfiguration.applicationListenerRule(rule),
      }),
    }),
  });
  target.attachToApplicationTargetGroup(blue);
  // ECS refuses a service whose target group no listener uses yet.
  service.node.addDependency(rule);
  return {
    ...(balancer && { loadBalancer: balancer.loadBalancer }),
    targetGroup: blue,
    ...(green && { alternateTargetGroup: green }),
  };
}

function newLoadBalancer(scope: Construct, options: LoadBalancerOptions, app: string) {
  const { vpc, certificate, internal = false } = options.network;
  const loadBalancer = new ApplicationLoadBalancer(scope, 'LoadBalancer', {
    vpc,
    internetFacing: !internal,
    idleTimeout: IDLE_TIMEOUT,
    dropInvalidHeaderFields: true,
    ...options.loadBalancerProps,
  });
  defaultNamed(loadBalancer, 'LoadBalancer');
  if (!certificate && !internal) {
    Annotations.of(scope).addWarningV2(
      'twelvefold:http-only',
      `the load balancer of ${app} is on the internet without TLS: pass service.network.certificate`,
    );
  }
  const listener = loadBalancer.addListener('Listener', {
    open: !internal,
    ...(certificate
      ? {
          port: 443,
          protocol: ApplicationProtocol.HTTPS,
          certificates: [certificate],
          sslPolicy: SslPolicy.RECOMMENDED_TLS,
        }
      : { port: 80, protocol: ApplicationProtocol.HTTP }),
    defaultAction: ListenerAction.fixedResponse(404),
  });
  if (certificate) loadBalancer.addRedirect();
  named(
    new CfnOutput(scope, 'ServiceUrl', {
      value: Fn.join('', [certificate ? 'https://' : 'http://', loadBalancer.loadBalancerDnsName]),
      description: 'The address of the service',
    }),
  );
  return { loadBalancer, listener };
}

function targetGroup(scope: Construct, id: string, vpc: IVpc, stopTimeout: Duration): ApplicationTargetGroup {
  const group = new ApplicationTargetGroup(scope, id, {
    vpc,
    targetType: TargetType.IP,
    port: PORT,
    protocol: ApplicationProtocol.HTTP,
    // A task that stops serves its last requests within the same budget.
    deregistrationDelay: stopTimeout,
    healthCheck: {
      path: '/health/ready',
      healthyHttpCodes: '200',
      interval: Duration.seconds(10),
      timeout: Duration.seconds(5),
      healthyThresholdCount: 2,
      unhealthyThresholdCount: 3,
    },
  });
  defaultNamed(group, id);
  return group;
}

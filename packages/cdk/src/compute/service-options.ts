import type { Duration } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { FargateServiceProps, ICluster } from 'aws-cdk-lib/aws-ecs';
import type {
  ApplicationLoadBalancerProps,
  IApplicationListener,
  ListenerCondition,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ServiceScaling } from './service-scaling.ts';

/**
 * How a new version of the service replaces the old one. All of them go back when tasks do not
 * become healthy.
 */
export type ServiceDeployment = 'rolling' | 'blue-green' | 'canary';

/** Where the service runs. */
export interface ServiceNetwork {
  /** Its private subnets hold the tasks, its public ones the load balancer. */
  readonly vpc: IVpc;
  /**
   * An existing cluster.
   *
   * @defaultValue a new one
   */
  readonly existingCluster?: ICluster;
  /**
   * The certificate of the load balancer. Without it the load balancer speaks HTTP, and synth warns
   * unless it is internal.
   */
  readonly certificate?: ICertificate;
  /**
   * Whether only the VPC reaches the load balancer.
   *
   * @defaultValue false
   */
  readonly internal?: boolean;
  /**
   * A listener of a load balancer that exists, which then serves this app by a rule. Its idle
   * timeout has to be below the server's keep-alive of 65 s. `conditions` tell apps of one listener
   * apart, e.g. by host name.
   *
   * @defaultValue a new load balancer; without `conditions` all paths
   */
  readonly existingListener?: {
    readonly listener: IApplicationListener;
    /** The place of the rule among those of the listener, 1 to 50,000. */
    readonly priority: number;
    readonly conditions?: readonly ListenerCondition[];
  };
}

/** Options of the service that runs what is placed on Fargate. */
export interface ServiceOptions {
  /**
   * CPU units, 1,024 to a vCPU.
   *
   * @defaultValue 256
   */
  readonly cpu?: number;
  /**
   * Memory in MiB; Fargate documents which values go with `cpu`.
   *
   * @defaultValue 512
   */
  readonly memoryLimitMiB?: number;
  /**
   * The time between SIGTERM and SIGKILL, 2 to 120 seconds: the budget of a clean stop.
   *
   * @defaultValue 30 seconds
   */
  readonly stopTimeout?: Duration;
  /**
   * The command of the container.
   *
   * @defaultValue `['node', 'ecs.js']`
   */
  readonly command?: readonly string[];
  /**
   * Whether the task asks ECS not to scale it in while it handles messages: for work that must not
   * be repeated lightly. Grants `ecs:UpdateTaskProtection` on the account's tasks: a task cannot be
   * named before it runs.
   *
   * @defaultValue false
   */
  readonly taskProtection?: boolean;
  /**
   * The network of the service and of tasks. With it the stack has a cluster, the service and, for
   * an HTTP front, a load balancer; without it only task definitions.
   */
  readonly network?: ServiceNetwork;
  /** @defaultValue two tasks */
  readonly scaling?: ServiceScaling;
  /** @defaultValue 'rolling' */
  readonly deployment?: ServiceDeployment;
  /**
   * Whether a shell may be opened in a container (ECS Exec). It grants the task role SSM's four
   * message actions, on `*` because they take no resource.
   *
   * @defaultValue false
   */
  readonly exec?: boolean;
  /** Properties of CDK's service, over those of this construct. */
  readonly fargateServiceProps?: Partial<FargateServiceProps>;
  /** Properties of CDK's load balancer, over those of this construct. */
  readonly loadBalancerProps?: Partial<ApplicationLoadBalancerProps>;
}

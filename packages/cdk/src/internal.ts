/** For sibling packages, and types that signatures name. May change in any release. @module */
export type { AuditProps } from './audit/audit.ts';
export type { ContainerTask } from './compute/container.ts';
export type { ComponentFunction } from './compute/function.ts';
export type {
  FargateOptions,
  GradualShift,
  HttpFront,
  LambdaOptions,
  Placement,
  ProvisionedConcurrency,
} from './compute/placement.ts';
export type { AppService } from './compute/service.ts';
export type { ServiceDeployment, ServiceNetwork, ServiceOptions } from './compute/service-options.ts';
export type { ServiceScaling } from './compute/service-scaling.ts';
export type { AppSupervisor } from './compute/supervisor.ts';
export type { Kinds, ResourceNetwork } from './data/add-resources.ts';
export type { PostgresOptions } from './data/postgres.ts';
export type { AlarmThresholds, MonitoringProps } from './monitoring/monitoring.ts';
export type { NetworkProps } from './network/network.ts';
export type { PipelineSource, PipelineStage, TwelveFactorPipelineProps } from './pipeline/pipeline.ts';
export type { AppCode } from './props.ts';

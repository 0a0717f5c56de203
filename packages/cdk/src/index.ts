/** CDK constructs that read an app's manifest. @module */
export { type AuditProps, TwelveFactorAudit } from './audit/audit.ts';
export type { ContainerTask } from './compute/container.ts';
export type { ComponentFunction } from './compute/function.ts';
export type {
  Compute,
  FargateOptions,
  FargatePlacement,
  GradualShift,
  HttpFront,
  LambdaOptions,
  LambdaPlacement,
  Placement,
  ProvisionedConcurrency,
} from './compute/placement.ts';
export { fargate, lambda } from './compute/placement.ts';
export type { AppService } from './compute/service.ts';
export type { ServiceDeployment, ServiceNetwork, ServiceOptions } from './compute/service-options.ts';
export type { ServiceScaling } from './compute/service-scaling.ts';
export type { AppSupervisor } from './compute/supervisor.ts';
export type { Kinds, ProvidedResource, ResourceNetwork } from './data/add-resources.ts';
export { type PostgresOptions, postgres } from './data/postgres.ts';
export { type AlarmThresholds, type MonitoringProps, TwelveFactorMonitoring } from './monitoring/monitoring.ts';
export { type NetworkProps, TwelveFactorNetwork } from './network/network.ts';
export {
  type PipelineSource,
  type PipelineStage,
  TwelveFactorPipeline,
  type TwelveFactorPipelineProps,
} from './pipeline/pipeline.ts';
export type { TwelveFactorAppProps } from './props.ts';
export { TwelveFactorApp } from './twelve-factor-app.ts';

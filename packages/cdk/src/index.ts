/** CDK constructs that read an app's manifest. @module @twelvefold/cdk */
export { TwelveFactorAudit } from './audit/audit.ts';

export type { Compute, FargatePlacement, LambdaPlacement } from './compute/placement.ts';
export { fargate, lambda } from './compute/placement.ts';

export type { ProvidedResource } from './data/add-resources.ts';
export { postgres } from './data/postgres.ts';
export { valkey } from './data/valkey.ts';
export { TwelveFactorMonitoring } from './monitoring/monitoring.ts';
export { TwelveFactorNetwork } from './network/network.ts';
export { TwelveFactorPipeline } from './pipeline/pipeline.ts';
export type { TwelveFactorAppProps } from './props.ts';
export { TwelveFactorApp } from './twelve-factor-app.ts';

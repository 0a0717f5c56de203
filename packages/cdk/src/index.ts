export type { ServiceOptions } from './compute/add-service.ts';
export type { Compute, Placement } from './compute/compute.ts';
export type { FargatePlacement } from './compute/fargate.ts';
export { fargate } from './compute/fargate.ts';
export type { LambdaOptions, LambdaPlacement } from './compute/lambda.ts';
export { lambda } from './compute/lambda.ts';
export type { Kinds, ProvidedResource } from './data/add-resources.ts';
export type { TwelveFactorAppProps } from './props.ts';
export { TwelveFactorApp } from './twelve-factor-app.ts';

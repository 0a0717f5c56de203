/** For sibling packages, and types that signatures name. May change in any release. @module */
export type { SourceDefinition } from '@twelvefold/backing/internal';
export type { HostOptions, ResourceContext } from './app-resource.ts';
export type { Binding, BindingValue } from './bindings.ts';
export type { AppIdentity, Component } from './component.ts';
export type { Backing, BoundClients, Context, TaskRun, Uses } from './context.ts';
export type { AppOptions, HttpOptions } from './define-app.ts';
export type { BuildManifestOptions } from './manifest/build-manifest.ts';
export type {
  CloudFormationResource,
  CloudFormationValue,
  ManifestParameter,
  ManifestSecret,
} from './manifest/manifest.ts';

/**
 * Loading and selecting config without the schema markers, which need zod's core (43 ms of CPU to
 * load). For `twelvefold`, whose app brings its own schema. @module
 */

export type { ConfigOptions, MaxAge } from './define-config.ts';
export { ConfigError } from './errors/config-error.ts';
export type { ConfigFault, FaultReason, FaultSupply } from './errors/config-fault.ts';
export type {
  AuthFailureReport,
  ChangeHook,
  ConfigChange,
  ConfiguredResource,
  PreparedSwap,
  ReportAuthFailure,
} from './live/config-change.ts';
export { createConfig } from './live/create-config.ts';
export type { ConfigEvent, ConfigState, LiveConfigOptions, RefreshReason } from './live/live-config.ts';
export type { RotatingOptions } from './live/open-rotating.ts';
export type { LoadConfigOptions } from './load/read-config.ts';
export type { PlannedAccess } from './plan/plan-access.ts';
export type { PlannedCall } from './plan/plan-calls.ts';
export type { ConfigPlan, PlannedKey, PlanTarget } from './plan/plan-template.ts';
export type { ConfigGroup, ConfigLeaf, ConfigPlace, DerivedLeaf } from './schema/leaf.ts';
export type { ConfigTarget } from './schema/names.ts';
export type { ParamOptions } from './schema/param.ts';
export type { SecretOptions } from './schema/secret.ts';
export { Secret } from './secret.ts';
export type { ConfigKey, ConfigValue } from './select/config-key.ts';
export type { ConfigPath, PickConfig } from './select/config-path.ts';
export { selectConfig } from './select/select-config.ts';
export type { Snapshot } from './snapshot.ts';
export type { CustomSource, CustomSourceOptions, SourceRequest } from './sources/custom-source.ts';
export type { FileOptions, FileSource, ReadFile } from './sources/file-source.ts';
export type {
  ConfigSource,
  EnvSource,
  MemorySource,
  ParameterStoreOptions,
  ParameterStoreSource,
  SecretsManagerOptions,
  SecretsManagerSource,
} from './sources/sources.ts';

/** Typed, immutable config from environment, files, Parameter Store and Secrets Manager. @module */

export type { MaxAge } from './define-config.ts';
export {
  type ConfigDefinition,
  type ConfigOf,
  type ConfigOptions,
  type DefinedConfig,
  defineConfig,
} from './define-config.ts';
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
export type { ConfigEvent, ConfigState, LiveConfig, LiveConfigOptions, RefreshReason } from './live/live-config.ts';
export { openRotating, type Rotating, type RotatingOptions } from './live/open-rotating.ts';
export { loadConfig } from './load/load-config.ts';
export type { LoadConfigOptions } from './load/read-config.ts';
export type { ReadFile } from './load/read-file-source.ts';
export type { PlannedAccess } from './plan/plan-access.ts';
export type { PlannedCall } from './plan/plan-calls.ts';
export type { ConfigPlan, PlannedKey, PlanTarget } from './plan/plan-config.ts';
export { type DerivedSchema, derived } from './schema/derived.ts';
export type { ConfigGroup, ConfigLeaf, ConfigPlace, DerivedLeaf } from './schema/leaf.ts';
export type { ConfigTarget } from './schema/names.ts';
export { type ParamOptions, type ParamSchema, param } from './schema/param.ts';
export { type SecretOptions, type SecretSchema, secret } from './schema/secret.ts';
export { Secret } from './secret.ts';
export type { ConfigKey, ConfigValue } from './select/config-key.ts';
export type { ConfigPath, PickConfig } from './select/config-path.ts';
export { type SelectedConfig, selectConfig } from './select/select-config.ts';
export type { Snapshot } from './snapshot.ts';
export type { ConfigSource } from './sources/sources.ts';
export {
  type CustomSource,
  type CustomSourceOptions,
  customSource,
  type EnvSource,
  env,
  type FileOptions,
  type FileSource,
  file,
  type MemorySource,
  memory,
  type ParameterStoreOptions,
  type ParameterStoreSource,
  parameterStore,
  type SecretsManagerOptions,
  type SecretsManagerSource,
  type SourceRequest,
  secretsManager,
} from './sources/sources.ts';

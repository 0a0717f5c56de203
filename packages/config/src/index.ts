/** Typed, immutable config from environment, files, Parameter Store and Secrets Manager. @module */
export { type ConfigDefinition, type ConfigOf, type ConfigOptions, defineConfig } from './define-config.ts';
export { ConfigError } from './errors/config-error.ts';
export type { ConfigFault, FaultReason, FaultSupply } from './errors/config-fault.ts';
export { type LoadConfigOptions, loadConfig } from './load/load-config.ts';
export type { ReadFile } from './load/read-file-source.ts';
export type { ConfigPlan, PlannedCall, PlannedKey, PlanTarget } from './plan.ts';
export type { ConfigGroup, ConfigLeaf } from './schema/leaf.ts';
export type { ConfigTarget } from './schema/names.ts';
export { type SecretSchema, secret } from './schema/secret.ts';
export { Secret } from './secret.ts';
export type { Snapshot } from './snapshot.ts';
export { type EnvSource, env } from './sources/env.ts';
export { type FileOptions, type FileSource, file } from './sources/file.ts';
export { type MemorySource, memory } from './sources/memory.ts';
export { type ParameterStoreSource, parameterStore } from './sources/parameter-store.ts';
export { type SecretsManagerSource, secretsManager } from './sources/secrets-manager.ts';
export type { ConfigSource } from './sources/source.ts';

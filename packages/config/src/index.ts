/**
 * Typed, immutable config from environment, files, Parameter Store and Secrets Manager. @module
 * @twelvefold/config
 */

export { type ConfigDefinition, type ConfigOf, type DefinedConfig, defineConfig } from './define-config.ts';
export { ConfigError } from './errors/config-error.ts';

export { createConfig } from './live/create-config.ts';
export type { LiveConfig } from './live/live-config.ts';
export { openRotating, type Rotating } from './live/open-rotating.ts';
export { loadConfig } from './load/load-config.ts';

export { type DerivedSchema, derived } from './schema/derived.ts';

export { type ParamSchema, param } from './schema/param.ts';
export { type SecretSchema, secret } from './schema/secret.ts';
export { Secret } from './secret.ts';

export { type SelectedConfig, selectConfig } from './select/select-config.ts';

export { customSource } from './sources/custom-source.ts';
export { file } from './sources/file-source.ts';
export { env, memory, parameterStore, secretsManager } from './sources/sources.ts';

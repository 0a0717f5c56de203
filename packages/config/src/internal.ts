/**
 * Loading and selecting config without the schema markers, which need zod's core (43 ms of CPU to
 * load). For `twelvefold`, whose app brings its own schema. @module
 */
export { ConfigError } from './errors/config-error.ts';
export { createConfig } from './live/create-config.ts';
export { Secret } from './secret.ts';
export { selectConfig } from './select/select-config.ts';

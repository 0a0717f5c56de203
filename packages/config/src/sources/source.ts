import type { CustomSource } from './custom-source.ts';
import type { EnvSource } from './env.ts';
import type { FileSource } from './file.ts';
import type { MemorySource } from './memory.ts';
import type { ParameterStoreSource } from './parameter-store.ts';
import type { SecretsManagerSource } from './secrets-manager.ts';

/** Where values come from, as plain data; nothing is read before `loadConfig`. */
export type ConfigSource =
  | EnvSource
  | MemorySource
  | CustomSource
  | ParameterStoreSource
  | SecretsManagerSource
  | FileSource;

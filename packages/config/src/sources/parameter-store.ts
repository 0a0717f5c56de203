import { assertKnownOptions } from '@twelvefold/core/internal';

export interface ParameterStoreOptions {
  /**
   * Read everything under `/{app}/{stage}/` page by page, instead of exactly the declared names in tens. One round trip per ten
   * parameters that are there, in sequence; it takes a permission on the whole path. @defaultValue false
   */
  byPath?: boolean;
}

export interface ParameterStoreSource {
  readonly kind: 'parameterStore';
  readonly byPath: boolean;
}

/**
 * Parameter Store: `pricing.taxRate` is `/{app}/{stage}/pricing/taxRate`, a String or a StringList. Secrets are read from it, as a
 * SecureString, only where `secret()` says so.
 */
export function parameterStore(options: ParameterStoreOptions = {}): ParameterStoreSource {
  assertKnownOptions('use Parameter Store', options, ['byPath']);
  return Object.freeze({ kind: 'parameterStore', byPath: options.byPath ?? false });
}

import { assertKnownOptions } from '@twelvefold/core/internal';

export interface SecretsManagerOptions {
  /**
   * Read secrets by BatchGetSecretValue in twenties, instead of by reference through GetParameters. For roles that may not use
   * Parameter Store; it takes `secretsmanager:BatchGetSecretValue` on `*`. @defaultValue false
   */
  batch?: boolean;
}

export interface SecretsManagerSource {
  readonly kind: 'secretsManager';
  readonly batch: boolean;
}

/** Secrets Manager: the secret `payments.apiKey` is `{app}/{stage}/payments/apiKey`. */
export function secretsManager(options: SecretsManagerOptions = {}): SecretsManagerSource {
  assertKnownOptions('use Secrets Manager', options, ['batch']);
  return Object.freeze({ kind: 'secretsManager', batch: options.batch ?? false });
}

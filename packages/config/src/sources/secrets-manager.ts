export interface SecretsManagerSource {
  readonly kind: 'secretsManager';
}

/** Secrets Manager: the secret `payments.apiKey` is `{app}/{stage}/payments/apiKey`. */
export function secretsManager(): SecretsManagerSource {
  return Object.freeze({ kind: 'secretsManager' });
}

export interface ParameterStoreSource {
  readonly kind: 'parameterStore';
}

/** Parameter Store: `pricing.taxRate` is `/{app}/{stage}/pricing/taxRate`. Plain keys only; a secret is never read from it. */
export function parameterStore(): ParameterStoreSource {
  return Object.freeze({ kind: 'parameterStore' });
}

export interface EnvSource {
  readonly kind: 'env';
}

/**
 * The environment: `pricing.taxRate` is `PRICING_TAX_RATE`. It wins over every other source, and what it supplies is not
 * fetched. An empty variable counts as not set, so `PRICING_TAX_RATE=` cannot become 0.
 */
export function env(): EnvSource {
  return Object.freeze({ kind: 'env' });
}

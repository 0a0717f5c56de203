export interface EnvSource {
  readonly kind: 'env';
}

/**
 * The environment: `pricing.taxRate` is `PRICING_TAX_RATE`. It wins over every other source, and what it supplies is not
 * fetched. An empty variable counts as not set, so `PRICING_TAX_RATE=` cannot become 0.
 *
 * @throws TypeError for options.
 */
export function env(...options: never[]): EnvSource {
  if (options.length > 0)
    throw new TypeError('Cannot use the environment: env() takes no options; a key is named by its marker');
  return Object.freeze({ kind: 'env' });
}

/** A component that runs in the app's service on Fargate. */
export interface FargatePlacement {
  readonly host: 'fargate';
}

/**
 * Places an HTTP front or a consumer in the app's service: one task definition runs all that are
 * placed so. Its size is `service` of {@link TwelveFactorApp}, because it is one process.
 *
 * @example
 * ```ts
 * const compute = { http: fargate(), orders: fargate() };
 * new TwelveFactorApp(stack, 'Orders', { manifest, compute });
 * ```
 */
export function fargate(): FargatePlacement {
  return Object.freeze({ host: 'fargate' });
}

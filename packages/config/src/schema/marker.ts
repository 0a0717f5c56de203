/**
 * The names of the markers among a schema's traits. In a file without zod, which costs 43 ms of CPU
 * to load.
 */
export const SECRET_TRAIT = 'TwelvefoldSecret';
export const PARAM_TRAIT = 'TwelvefoldParam';
export const DERIVED_TRAIT = 'TwelvefoldDerived';

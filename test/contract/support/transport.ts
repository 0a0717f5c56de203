/**
 * The part of the environment that chooses the transport: vitest's project `contract-sdk` sets it,
 * `contract` does not.
 */
export const TRANSPORT = { TWELVEFOLD_TRANSPORT: process.env.TWELVEFOLD_TRANSPORT };

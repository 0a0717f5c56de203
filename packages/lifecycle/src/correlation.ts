/** The header and the message attribute that carry a correlation id. */
export const CORRELATION_HEADER = 'x-correlation-id';
export const CORRELATION_ATTRIBUTE = 'correlationId';

/**
 * The header and the message attribute that say, with the value `1`, that the flow is logged in
 * detail everywhere.
 */
export const SAMPLED_HEADER = 'x-correlation-sampled';
export const SAMPLED_ATTRIBUTE = 'correlationSampled';
export const SAMPLED = '1';

/** 1 to 128 of the characters that are safe in a header, a log query and a message attribute. */
const WELL_FORMED = /^[A-Za-z0-9._:=@/+-]{1,128}$/;

/**
 * `candidate` when it is well formed (1 to 128 of `A-Z a-z 0-9 . _ : = @ / + -`), else a new random
 * UUID.
 */
export function correlationIdFrom(candidate: string | undefined): string {
  return candidate !== undefined && WELL_FORMED.test(candidate) ? candidate : crypto.randomUUID();
}

import { problem } from './problem.ts';

/**
 * Bytes of a request's line and headers that every host accepts: Node's own default. API Gateway sends less (10 KB), a load balancer
 * more (64 KB).
 */
export const HEADER_LIMIT_BYTES = 16_384;

/** The answer to more than that. */
export function headersTooLarge(): Response {
  return problem({
    status: 431,
    title: 'Request Header Fields Too Large',
    detail: `The headers are above ${HEADER_LIMIT_BYTES} bytes`,
  });
}

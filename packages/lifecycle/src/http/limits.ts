import { problem } from './problem.ts';

/**
 * Bytes of a request's line and headers that every host accepts: Node's own default. API Gateway
 * sends less (10 KB), a load balancer more (64 KB).
 */
export const HEADER_LIMIT_BYTES = 16_384;

/**
 * Bytes of a request body that every host accepts: the smallest limit of all, that of a load
 * balancer in front of Lambda.
 */
export const BODY_LIMIT_BYTES = 1_048_576;

/**
 * Limits for the clients of one service, all together. Never counted per address: behind a load
 * balancer one address is everyone. Being over a limit costs the connection that has waited
 * longest, so that a client that is alive is served.
 */
export interface HttpLimits {
  /** Bytes of bodies that have not arrived whole. @defaultValue 67108864 */
  readonly receivingBytes: number;
  /** Bytes of answers that clients have not taken yet. @defaultValue 67108864 */
  readonly unsentBytes: number;
  /**
   * Milliseconds without any byte of an answer being taken until its connection is ended.
   * @defaultValue 30000
   */
  readonly stalledMs: number;
  /** Milliseconds for the line and the headers of a request. @defaultValue 20000 */
  readonly headMs: number;
  /** Milliseconds for a whole request, its body included. @defaultValue 60000 */
  readonly requestMs: number;
  /** Open connections; over it idle ones are closed. @defaultValue 20000 */
  readonly connections: number;
}

export const DEFAULT_LIMITS: HttpLimits = {
  receivingBytes: 64 * 1_048_576,
  unsentBytes: 64 * 1_048_576,
  stalledMs: 30_000,
  headMs: 20_000,
  requestMs: 60_000,
  connections: 20_000,
};

/** Why a host answers a request by itself, before it is one for the app. */
export type Refusal = 'malformed' | 'body too large' | 'headers too large' | 'too slow' | 'unknown expectation';

const REFUSALS: Readonly<Record<Refusal, { status: number; title: string; detail?: string }>> = {
  malformed: {
    status: 400,
    title: 'Bad Request',
    detail: 'The request target, the Host header or another header is malformed',
  },
  'body too large': {
    status: 413,
    title: 'Content Too Large',
    detail: `The body is above ${BODY_LIMIT_BYTES} bytes`,
  },
  'headers too large': {
    status: 431,
    title: 'Request Header Fields Too Large',
    detail: `The headers are above ${HEADER_LIMIT_BYTES} bytes`,
  },
  'too slow': { status: 408, title: 'Request Timeout' },
  'unknown expectation': { status: 417, title: 'Expectation Failed' },
};

/** The answer to a refused request: the same on every host. */
export function refuse(why: Refusal, correlationId: string): Response {
  return problem(REFUSALS[why], correlationId);
}

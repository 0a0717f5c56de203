import { THROTTLING_CODES } from '../../throttling.ts';

/** How the SDK's standard mode sorts failures. Throttled and transient ones are tried again. */
export type FailureKind = 'throttled' | 'transient' | 'final';

const TRANSIENT_CODES = new Set(['RequestTimeout', 'RequestTimeoutException', 'ReplicatedWriteConflictException']);
const TRANSIENT_STATUS = new Set([500, 502, 503, 504]);
const SKEW_CODES = new Set([
  'AccessDeniedException',
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);
const EXPIRED_CODES = new Set(['ExpiredToken', 'ExpiredTokenException']);

export function classify(status: number, code: string, message = ''): FailureKind {
  if (status === 429 || THROTTLING_CODES.has(code)) return 'throttled';
  // Signed before a freeze and sent after it: the next attempt has a new date.
  if (code === 'InvalidSignatureException' && message.includes('Signature expired')) return 'transient';
  return TRANSIENT_CODES.has(code) || TRANSIENT_STATUS.has(status) ? 'transient' : 'final';
}

/** Codes of a refusal that a wrong clock may have caused. */
export const mayBeSkew = (code: string): boolean => SKEW_CODES.has(code);

/** Codes of a refusal that newer credentials cure. */
export const isExpiredToken = (code: string): boolean => EXPIRED_CODES.has(code);

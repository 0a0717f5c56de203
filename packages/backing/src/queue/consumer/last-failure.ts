import { TwelvefoldError } from '@twelvefold/lifecycle';
import { Retry } from '../retry.ts';
import { fingerprint } from './fingerprint.ts';

/**
 * Why a message failed for the last time, for its dead letter. Names and codes alone: the text of an error may quote a secret, and its fingerprint
 * tells kinds apart as well.
 *
 * `undefined` when nobody failed to handle it: a `Retry` without a cause is a wish to see the message later, as of a duplicate whose twin is at work,
 * and a turn is lost to whoever works on it now. Then SQS decides.
 */
export function lastFailure(error: unknown): { reason: string; fingerprint: string } | undefined {
  const failure: unknown = Retry.isInstance(error) ? error.cause : error;
  if (failure === undefined || TwelvefoldError.isInstance(failure, 'TURN_LOST')) return undefined;
  const code = failure instanceof Error && 'code' in failure ? failure.code : undefined;
  const name = failure instanceof Error ? failure.name : typeof failure;
  const kind = typeof code === 'string' || typeof code === 'number' ? `${name} ${code}` : name;
  return { reason: `its last receive failed: ${kind}`, fingerprint: fingerprint(kind, failure) };
}

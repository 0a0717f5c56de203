import { createHash } from 'node:crypto';
import type { CallContext } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { STORE } from '../store.ts';
import { holding } from './held-items.ts';

/** Source: the API reference of TransactWriteItems: a client token is valid for 10 minutes after the request that used it. */
const WINDOW_MS = 10 * 60 * 1000;

/** Equal for equal requests, in whatever order their members come; short, since a request may have megabytes. */
function fingerprint(request: unknown): string {
  const text = JSON.stringify(request, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1)))
      : member,
  );
  return createHash('sha256').update(text).digest('base64');
}

/**
 * Runs `body` unless the same request went through under this token within the window. A request that failed is not remembered.
 *
 * @throws ServiceError `IdempotentParameterMismatchException` when the token was used for a different request.
 */
export async function once(
  context: CallContext,
  token: string | undefined,
  request: unknown,
  body: () => Promise<void>,
): Promise<void> {
  if (token === undefined) {
    await body();
    return;
  }
  const { transactions, held } = context.stores.get(STORE);
  const now = context.clock.now();
  // In the order of their times: the first that is still remembered ends the search.
  for (const [old, { atMs }] of transactions) {
    if (now - atMs < WINDOW_MS) break;
    transactions.delete(old);
  }
  const asked = fingerprint(request);
  const past = transactions.get(token);
  // No table's name has a colon.
  const underway = `token:${token}`;
  if (held.has(underway)) {
    throw new ServiceError(
      'TransactionInProgressException',
      'The transaction with the given request token is already in progress',
    );
  }
  if (past === undefined) {
    await holding(held, [underway], body);
    transactions.set(token, { fingerprint: asked, atMs: now });
  } else if (past.fingerprint !== asked) {
    throw new ServiceError(
      'IdempotentParameterMismatchException',
      'The client token was used within the last 10 minutes for a request with other parameters',
    );
  }
}

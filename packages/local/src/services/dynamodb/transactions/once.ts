import type { CallContext } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { STORE } from '../store.ts';

/** Source: the API reference of TransactWriteItems: a client token is valid for 10 minutes after the request that used it. */
const WINDOW_MS = 10 * 60 * 1000;

/** JSON with members in one order, so that equal requests have equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1)))
      : member,
  );
}

/**
 * Runs `body` unless the same request went through under this token within the window. A request that failed is not remembered.
 *
 * @throws ServiceError `IdempotentParameterMismatchException` when the token was used for a different request.
 */
export function once(context: CallContext, token: string | undefined, request: unknown, body: () => void): void {
  if (token === undefined) {
    body();
    return;
  }
  const { transactions } = context.stores.get(STORE);
  const now = context.clock.now();
  for (const [old, { atMs }] of transactions) if (now - atMs >= WINDOW_MS) transactions.delete(old);
  const text = canonical(request);
  const past = transactions.get(token);
  if (past === undefined) {
    body();
    transactions.set(token, { request: text, atMs: now });
  } else if (past.request !== text) {
    throw new ServiceError(
      'IdempotentParameterMismatchException',
      'The client token was used within the last 10 minutes for a request with other parameters',
    );
  }
}

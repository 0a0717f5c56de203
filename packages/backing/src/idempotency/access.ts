/**
 * The IAM actions behind each access to an idempotency store. The record that stops a write comes back with the refusal,
 * so nothing is ever read on its own. Updates are a turn's: `begin`, and its end.
 */
export const IDEMPOTENCY_ACCESS = { write: ['dynamodb:PutItem', 'dynamodb:UpdateItem'] } as const;

/**
 * The IAM actions behind each access to an idempotency store. The record that stops a write comes back with the refusal,
 * so nothing is ever read on its own.
 */
export const IDEMPOTENCY_ACCESS = { write: ['dynamodb:PutItem'] } as const;

/** The IAM actions behind each access to an idempotency store. */
export const IDEMPOTENCY_ACCESS = { write: ['dynamodb:GetItem', 'dynamodb:PutItem'] } as const;

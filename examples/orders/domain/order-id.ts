import { createHash, randomUUID } from 'node:crypto';

/**
 * The id of a new order. With an idempotency key it is a pure function of user and key: the same
 * request gets the same id from any process, however often it is sent. (A UUID of version 8: RFC
 * 9562 leaves its contents to the application.)
 */
export function orderIdFor(userId: string, idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return randomUUID();
  const hex = createHash('sha256')
    .update(JSON.stringify([userId, idempotencyKey]))
    .digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/**
 * A TTL attribute's value: whole seconds, rounded up, so that DynamoDB never deletes what is still
 * alive.
 */
export function expirySeconds(atMs: number): number {
  return Math.ceil(atMs / 1_000);
}

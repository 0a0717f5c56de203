import type { ResourceDefinition } from '@twelvefold/backing';
import { IDEMPOTENCY_ACCESS, QUEUE_ACCESS, SESSIONS_ACCESS, TABLE_ACCESS, TOPIC_ACCESS } from '@twelvefold/backing';

/** The IAM actions behind every access of every kind of resource. */
export const RESOURCE_ACCESS: Record<ResourceDefinition['kind'], Readonly<Record<string, readonly string[]>>> = {
  queue: QUEUE_ACCESS,
  topic: TOPIC_ACCESS,
  table: TABLE_ACCESS,
  sessions: SESSIONS_ACCESS,
  idempotency: IDEMPOTENCY_ACCESS,
};

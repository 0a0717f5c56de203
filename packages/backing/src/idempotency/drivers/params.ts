import type { PutInput } from '@twelvefold/aws/internal';
import { digest } from '../../dynamodb/digest.ts';
import { expirySeconds } from '../../dynamodb/expiry-seconds.ts';
import { createExpression } from '../../dynamodb/expression.ts';

export interface RecordInput {
  tableName: string;
  /** The kind of call: a key of one kind does not count for the other. */
  purpose: 'once' | 'claim';
  key: string;
  /** Unique to this call: shows whose record it is when an answer was lost. */
  token: string;
  fingerprint?: string;
  nowMs: number;
  windowMs: number;
}

/**
 * Parameters of the write of a key's record. A live record refuses the write and comes back with
 * the refusal.
 */
export function recordParams(input: RecordInput): Omit<PutInput, 'ReturnValues'> {
  const { tableName, purpose, key, token, fingerprint, nowMs, windowMs } = input;
  const expiresAtMs = nowMs + windowMs;
  const { name, value, attributes } = createExpression();
  // TTL deletes days late: a record that is past its time counts as absent.
  const condition = `attribute_not_exists(${name('id')}) OR ${name('expiresAtMs')} <= ${value(nowMs)}`;
  return {
    TableName: tableName,
    Item: {
      id: digest(`${purpose}:${key}`),
      token,
      ...(fingerprint === undefined ? {} : { fingerprint: digest(fingerprint) }),
      expiresAtMs,
      expiresAt: expirySeconds(expiresAtMs),
    },
    ConditionExpression: condition,
    ...attributes(),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

import type { PutInput } from '@twelvefold/aws/internal';
import { digest } from '../../dynamodb/digest.ts';
import { expirySeconds } from '../../dynamodb/expiry-seconds.ts';
import { createExpression } from '../../dynamodb/expression.ts';

export interface RecordInput {
  tableName: string;
  /** What kind of call it is for: the two must not answer for each other. */
  purpose: 'once' | 'claim';
  key: string;
  /** Unique to this call: tells its own record from that of another when an answer was lost. */
  token: string;
  fingerprint?: string;
  nowMs: number;
  windowMs: number;
}

/** What writes the record of a key, unless a live one is there; that one comes back with the refusal. */
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

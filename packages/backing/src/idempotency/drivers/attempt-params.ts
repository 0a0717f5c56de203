import type { UpdateInput } from '@twelvefold/aws/internal';
import { digest } from '../../dynamodb/digest.ts';
import { expirySeconds } from '../../dynamodb/expiry-seconds.ts';
import { createExpression } from '../../dynamodb/expression.ts';

/** The values that every write to the record of an attempt names. */
export interface AttemptRecord {
  tableName: string;
  key: string;
  /** Unique to the attempt. */
  token: string;
}

type Update = Omit<UpdateInput, 'ReturnValues'> & { UpdateExpression: string };

/**
 * Takes the record if there is none, if its time is over, its work failed or its lease ended, or if
 * this attempt has it already.
 */
export function beginParams(
  { tableName, key, token }: AttemptRecord,
  { nowMs, leaseMs, windowMs }: { nowMs: number; leaseMs: number; windowMs: number },
): Update {
  const { name, value, attributes } = createExpression();
  const expiresAtMs = nowMs + Math.max(windowMs, leaseMs);
  const sets = {
    state: value('inProgress'),
    token: value(token),
    lockedUntilMs: value(nowMs + leaseMs),
    expiresAtMs: value(expiresAtMs),
    expiresAt: value(expirySeconds(expiresAtMs)),
    // From the clock at first: it goes on growing after a record has been deleted.
    fence: `if_not_exists(${name('fence')}, ${value(nowMs)}) + ${value(1)}`,
  };
  const now = value(nowMs);
  const condition = [
    `attribute_not_exists(${name('id')})`,
    `${name('expiresAtMs')} <= ${now}`,
    `${name('state')} = ${value('failed')}`,
    `(${name('state')} = ${value('inProgress')} AND ${name('lockedUntilMs')} <= ${now})`,
    // An answer that was lost: the call is made again.
    `(${name('state')} = ${value('inProgress')} AND ${name('token')} = ${value(token)})`,
  ].join(' OR ');
  return {
    TableName: tableName,
    Key: { id: digest(`attempt:${key}`) },
    UpdateExpression: `SET ${Object.entries(sets)
      .map(([field, set]) => `${name(field)} = ${set}`)
      .join(', ')}`,
    ConditionExpression: condition,
    ...attributes(),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

/** Ends the attempt if the record still belongs to it. */
export function endParams({ tableName, key, token }: AttemptRecord, state: 'done' | 'failed'): Update {
  const { name, value, attributes } = createExpression();
  return {
    TableName: tableName,
    Key: { id: digest(`attempt:${key}`) },
    UpdateExpression: `SET ${name('state')} = ${value(state)}`,
    // In progress too: a repeat of a call whose answer was lost must not write a second time.
    ConditionExpression: `${name('token')} = ${value(token)} AND ${name('state')} = ${value('inProgress')}`,
    ...attributes(),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

import type { ConditionCheckInput, UpdateInput } from '@twelvefold/aws/internal';
import { createExpression } from '../../dynamodb/expression.ts';

/** The item of a lock and one holder of it. */
export interface LockItem {
  tableName: string;
  name: string;
  /** Unique to the lease. */
  holder: string;
}

/** The times that a holder writes, by its clock. */
export interface LeaseTimes {
  nowMs: number;
  leaseMs: number;
  /**
   * How much its clock differs from AWS's at most. Others may compare `leaseUntilMs` with their
   * clocks only if it is there; without it people read the times, and other holders watch
   * `version`.
   */
  maxClockSkewMs?: number | undefined;
}

/**
 * Takes a lock that is free; one whose version is still `dead`, whose holder has lost it; or the
 * caller's own, after an answer that was lost. The token grows with every taking and stays when the
 * lock is free.
 */
export function takeParams(
  { tableName, name: id, holder }: LockItem,
  { nowMs, leaseMs, maxClockSkewMs }: LeaseTimes,
  details: { version: string; component: string; dead?: string | undefined },
): UpdateInput {
  const { name, value, attributes } = createExpression();
  const thisHolder = value(holder);
  const sets = {
    holder: thisHolder,
    version: value(details.version),
    component: value(details.component),
    leaseMs: value(leaseMs),
    acquiredAtMs: value(nowMs),
    leaseUntilMs: value(nowMs + leaseMs),
    ...(maxClockSkewMs === undefined ? {} : { maxClockSkewMs: value(maxClockSkewMs) }),
  };
  // The promise of an earlier holder must not stand beside times that were written without one.
  const remove = maxClockSkewMs === undefined ? ` REMOVE ${name('maxClockSkewMs')}` : '';
  const free = [`attribute_not_exists(${name('holder')})`, `${name('holder')} = ${thisHolder}`];
  if (details.dead !== undefined) free.push(`${name('version')} = ${value(details.dead)}`);
  return {
    TableName: tableName,
    Key: { id },
    UpdateExpression: `SET ${Object.entries(sets)
      .map(([field, set]) => `${name(field)} = ${set}`)
      .join(', ')} ADD ${name('fence')} ${value(1)}${remove}`,
    ConditionExpression: free.join(' OR '),
    ...attributes(),
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

/** Starts the lease anew while the lock is still its holder's. */
export function renewParams(item: LockItem, { nowMs, leaseMs }: LeaseTimes, version: string): UpdateInput {
  const { name, value, attributes } = createExpression();
  return {
    TableName: item.tableName,
    Key: { id: item.name },
    UpdateExpression: `SET ${name('version')} = ${value(version)}, ${name('leaseUntilMs')} = ${value(nowMs + leaseMs)}`,
    ConditionExpression: `${name('holder')} = ${value(item.holder)}`,
    ...attributes(),
  };
}

/** Frees the lock while it is still its holder's. The token stays. */
export function releaseParams(item: LockItem): UpdateInput {
  const { name, value, attributes } = createExpression();
  return {
    TableName: item.tableName,
    Key: { id: item.name },
    UpdateExpression: `REMOVE ${name('holder')}`,
    ConditionExpression: `${name('holder')} = ${value(item.holder)}`,
    ...attributes(),
  };
}

/** Holds while the lock is its holder's. */
export function checkParams(item: LockItem): ConditionCheckInput {
  const { name, value, attributes } = createExpression();
  return {
    TableName: item.tableName,
    Key: { id: item.name },
    ConditionExpression: `${name('holder')} = ${value(item.holder)}`,
    ...attributes(),
  };
}

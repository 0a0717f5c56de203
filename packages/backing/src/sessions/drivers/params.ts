import type { Input } from '@twelvefold/aws';
import type { PutInput, UpdateInput } from '@twelvefold/aws/internal';
import { expirySeconds } from '../../dynamodb/expiry-seconds.ts';
import type { Expression } from '../../dynamodb/expression.ts';
import { createExpression } from '../../dynamodb/expression.ts';
import type { Limits, SessionItem } from './session-item.ts';
import { sessionEnd } from './session-item.ts';

/** A stored session, as it was read: the id is a digest. */
export type StoredSession = Omit<SessionItem, 'expiresAt'>;

/**
 * The requests of a session store, as data. Every write to a session that exists is conditioned on its being alive, so
 * none recreates one that was destroyed, and none revives one that TTL has yet to delete.
 */
export function sessionParams(tableName: string, limits: Limits) {
  const alive = ({ name, value }: Expression, nowMs: number) =>
    `${name('seenAtMs')} > ${value(nowMs - limits.idleMs)} AND ${name('createdAtMs')} > ${value(nowMs - limits.absoluteMs)}`;

  const put = (session: StoredSession): PutInput => ({
    TableName: tableName,
    Item: { ...session, expiresAt: expirySeconds(sessionEnd(session, limits)) } satisfies SessionItem,
  });

  return {
    load: (id: string): Input<'dynamodb', 'GetItem'> => ({ TableName: tableName, Key: { id }, ConsistentRead: true }),
    /** Unconditional: 256 random bits do not collide, and a repeat after a lost answer must not be refused. */
    create: put,
    /** Marks the session as seen, with new data if given; answers with the whole item. */
    touch: (id: string, nowMs: number, data?: string): UpdateInput => {
      const expression = createExpression();
      const { name, value } = expression;
      const set = [
        `${name('seenAtMs')} = ${value(nowMs)}`,
        // The beginning is not known here, so TTL may come up to `idle` after the absolute end; reads do not depend on it.
        `${name('expiresAt')} = ${value(expirySeconds(nowMs + limits.idleMs))}`,
        ...(data === undefined ? [] : [`${name('data')} = ${value(data)}`]),
      ];
      return {
        TableName: tableName,
        Key: { id },
        UpdateExpression: `SET ${set.join(', ')}`,
        ConditionExpression: alive(expression, nowMs),
        ...expression.attributes(),
        ReturnValues: 'ALL_NEW',
      };
    },
    destroy: (id: string) => ({ TableName: tableName, Key: { id } }),
    /** Deletes `from` while it is alive and, if given, still holds `unchanged`, and puts `to`. */
    move: (
      from: string,
      to: StoredSession,
      unchanged: string | undefined,
      nowMs: number,
    ): Input<'dynamodb', 'TransactWriteItems'> => {
      const old = createExpression();
      const live = alive(old, nowMs);
      const same = unchanged === undefined ? '' : ` AND ${old.name('data')} = ${old.value(unchanged)}`;
      const fresh = createExpression();
      return {
        ClientRequestToken: crypto.randomUUID(),
        TransactItems: [
          {
            Delete: {
              TableName: tableName,
              Key: { id: from },
              ConditionExpression: live + same,
              ...old.attributes(),
            },
          },
          {
            Put: {
              ...put(to),
              ConditionExpression: `attribute_not_exists(${fresh.name('id')})`,
              ...fresh.attributes(),
            },
          },
        ],
      };
    },
  };
}

import type { WriteOperation } from '../table/port.ts';
import type { Lease } from './port.ts';

/**
 * Fences a write by the row itself: the row keeps the highest token that wrote it, and a write with
 * a lower one fails its condition. A holder that was paused past its lease can so never undo the
 * work of the next one.
 *
 * The row gets a number attribute `fence`. A strict schema must declare it as optional. Fence a row
 * by one lock only.
 *
 * @param attribute The attribute that keeps the token. @defaultValue 'fence'
 * @throws TypeError for an operation that writes nothing.
 * @example
 * ```ts
 * const locks = createDynamoDbLock({ definition: lock('locks'), name: 'orders-prod-locks', aws });
 * await locks.withLock('nightly-report', (lease) =>
 *   rows.transact([fenced(rows.updateOperation('1', { set: { totalCents: 1_200 } }), lease)]),
 * );
 * ```
 */
export function fenced(
  { entry }: WriteOperation,
  { token }: Pick<Lease, 'token'>,
  attribute = 'fence',
): WriteOperation {
  const { Put, Update, Delete } = entry;
  if (Put) return { entry: { Put: { ...guarded(Put, attribute, token), Item: { ...Put.Item, [attribute]: token } } } };
  if (Delete) return { entry: { Delete: guarded(Delete, attribute, token) } };
  if (!Update) throw new TypeError('Cannot fence a check: it writes nothing; fence the writes beside it');
  const UpdateExpression = /\bSET /.test(Update.UpdateExpression)
    ? Update.UpdateExpression.replace(/\bSET /, 'SET #fence = :fence, ')
    : `SET #fence = :fence ${Update.UpdateExpression}`;
  return { entry: { Update: { ...guarded(Update, attribute, token), UpdateExpression } } };
}

interface Guardable {
  ConditionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, unknown>;
}

function guarded<E extends Guardable>(write: E, attribute: string, token: number): E {
  const guard = '(attribute_not_exists(#fence) OR #fence <= :fence)';
  const { ConditionExpression: condition } = write;
  return {
    ...write,
    ConditionExpression: condition === undefined ? guard : `(${condition}) AND ${guard}`,
    ExpressionAttributeNames: { ...write.ExpressionAttributeNames, '#fence': attribute },
    ExpressionAttributeValues: { ...write.ExpressionAttributeValues, ':fence': token },
  };
}

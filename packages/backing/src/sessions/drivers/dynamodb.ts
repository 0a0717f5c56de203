import { randomBytes as systemRandomBytes } from 'node:crypto';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aws } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import type { Item } from '@twelvefold/aws/internal';
import type { Clock } from '@twelvefold/core';
import { systemClock, TwelvefoldError } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { digest } from '../../dynamodb/digest.ts';
import { misfitList } from '../../dynamodb/fit.ts';
import { failedConditions } from '../../dynamodb/refused-transaction.ts';
import { sendWrite } from '../../dynamodb/send-write.ts';
import type { Session, SessionClient } from '../port.ts';
import { createSessionData } from '../session-data.ts';
import { createSessionId, isSessionId } from '../session-id.ts';
import type { SessionStoreDefinition } from '../session-store.ts';
import { sessionParams } from './params.ts';
import type { SessionItem } from './session-item.ts';
import { sessionEnd } from './session-item.ts';

export interface DynamoDbSessionsOptions<T> {
  definition: SessionStoreDefinition<StandardSchemaV1<unknown, T>>;
  /** The real table's name, e.g. `orders-prod-sessions`. */
  name: string;
  aws: Aws;
  /** Decides when a session has ended, and waits between tries. @defaultValue the system's */
  clock?: Clock;
  /** 0 to below 1, for the jitter of those waits. @defaultValue `Math.random` */
  random?: () => number;
  /** Where session ids come from: must be a cryptographic source. @defaultValue Node's */
  randomBytes?: (size: number) => Uint8Array;
  /** Told of each live session that counts as ended because its data does not fit the schema, with the fields' names. */
  onUnreadable?: (error: TwelvefoldError) => void;
}

const OPTIONS = ['definition', 'name', 'aws', 'clock', 'random', 'randomBytes', 'onUnreadable'];
/** How often `regenerate` starts again because the data that it keeps was saved meanwhile. */
const MOVES = 5;

/**
 * A session store's client on DynamoDB: a request with a rolling session is one call, its `touch`.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const store = createDynamoDbSessions({ definition: sessions, name: 'orders-prod-sessions', aws });
 * const { id } = await store.create({ userId: 'u1' });
 * const session = await store.touch(id); // undefined once it has ended
 * ```
 */
export function createDynamoDbSessions<T>(options: DynamoDbSessionsOptions<T>): SessionClient<T> {
  const {
    definition,
    name,
    aws,
    clock = systemClock,
    random = Math.random,
    randomBytes = systemRandomBytes,
    onUnreadable,
  } = options;
  assertKnownOptions(`create the client of session store '${definition.name}'`, options, OPTIONS);
  const params = sessionParams(name, definition);
  const content = createSessionData(definition);
  const subject = `a session of store '${definition.name}'`;

  const session = (id: string, data: T, times: Pick<SessionItem, 'createdAtMs' | 'seenAtMs'>): Session<T> => ({
    id,
    data,
    createdAtMs: times.createdAtMs,
    expiresAtMs: sessionEnd(times, definition),
  });
  const readable = (id: string, item: Item): Session<T> | undefined => {
    const { data, createdAtMs, seenAtMs } = item as unknown as SessionItem; // only this driver writes the table
    const decoded = content.decode(data);
    if (decoded.fits) return session(id, decoded.value, { createdAtMs, seenAtMs });
    const reason = `${misfitList(decoded.misfits)} does not fit the schema; it counts as ended`;
    onUnreadable?.(new TwelvefoldError('SESSION_INVALID', `Cannot read ${subject}: ${reason}`));
    return undefined;
  };
  const update = async (id: string, nowMs: number, data: string | undefined, signal: AbortSignal | undefined) => {
    try {
      const { Attributes } = await sendWrite(aws, 'UpdateItem', params.touch(digest(id), nowMs, data), {
        clock,
        random,
        signal,
        idempotent: true,
      });
      return Attributes;
    } catch (error) {
      if (AwsError.isInstance(error, 'ConditionalCheckFailedException')) return undefined;
      throw error;
    }
  };

  return {
    async load(id, { signal } = {}) {
      if (!isSessionId(id)) return undefined;
      const { Item } = await aws.call('dynamodb', 'GetItem', params.load(digest(id)), { access: 'read', signal });
      if (Item === undefined) return undefined;
      const { createdAtMs, seenAtMs } = Item as unknown as SessionItem; // only this driver writes the table
      return sessionEnd({ createdAtMs, seenAtMs }, definition) > clock.now() ? readable(id, Item) : undefined;
    },
    async create(data, { signal } = {}) {
      const encoded = content.encode(data);
      const id = createSessionId(randomBytes);
      const nowMs = clock.now();
      const times = { createdAtMs: nowMs, seenAtMs: nowMs };
      const input = params.create({ id: digest(id), data: encoded.json, ...times });
      await sendWrite(aws, 'PutItem', input, { clock, random, signal, repeatable: true });
      return session(id, encoded.data, times);
    },
    async save(id, data, { signal } = {}) {
      const encoded = content.encode(data);
      if (!isSessionId(id)) return undefined;
      const item = await update(id, clock.now(), encoded.json, signal);
      return item === undefined ? undefined : readable(id, item);
    },
    async touch(id, { signal } = {}) {
      if (!isSessionId(id)) return undefined;
      const item = await update(id, clock.now(), undefined, signal);
      return item === undefined ? undefined : readable(id, item);
    },
    async destroy(id, { signal } = {}) {
      if (!isSessionId(id)) return;
      await sendWrite(aws, 'DeleteItem', params.destroy(digest(id)), { clock, random, signal, repeatable: true });
    },
    async regenerate(id, data, { signal } = {}) {
      const given = data === undefined ? undefined : content.encode(data);
      if (!isSessionId(id)) return undefined;
      for (let move = 1; move <= MOVES; move += 1) {
        const nowMs = clock.now();
        // A touch reads the beginning and the data with the rights of a write.
        const item = await update(id, nowMs, undefined, signal);
        const kept = item && !given ? readable(id, item) : undefined;
        if (item === undefined || (given === undefined && kept === undefined)) return undefined;
        const { data: oldJson, createdAtMs } = item as unknown as SessionItem; // only this driver writes the table
        const newId = createSessionId(randomBytes);
        const times = { createdAtMs, seenAtMs: nowMs };
        const to = { id: digest(newId), data: given?.json ?? oldJson, ...times };
        const input = params.move(digest(id), to, given ? undefined : oldJson, nowMs);
        const moved = session(newId, (given ?? kept)?.data as T, times); // one of them is there: see the return above
        try {
          await sendWrite(aws, 'TransactWriteItems', input, { clock, random, signal, repeatable: true });
          return moved;
        } catch (error) {
          const failed = failedConditions(error);
          // Nobody else knows the new id: it exists because an earlier try of ours, whose answer was lost, succeeded.
          if (failed.has(1)) return moved;
          if (!failed.has(0)) throw error;
          // Destroyed, moved by another call, or saved in between: the next touch tells.
        }
      }
      throw new TwelvefoldError(
        'TRANSACTION_CONFLICT',
        `Cannot regenerate ${subject}: its data was saved during each of ${MOVES} tries; try again later`,
      );
    },
  };
}

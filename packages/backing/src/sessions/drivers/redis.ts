/**
 * Keeps sessions on a Valkey or Redis server, 6.2 or newer.
 * @module
 */
import { createHash } from 'node:crypto';
import type { Clock } from '@twelvefold/core';
import { systemClock, TwelvefoldError } from '@twelvefold/core';
import { after, assertKnownOptions, messageOf } from '@twelvefold/core/internal';
import type { AnyRedisClient } from '../../redis/redis-client.ts';
import { redisClient } from '../../redis/redis-client.ts';
import type { RecordChange, SessionDriver, StoredRecord } from '../driver.ts';

/** @inline */
interface RedisSessionDriverOptions {
  /** A connected client of iovalkey, ioredis or node-redis, or an object with `send`. */
  client: AnyRedisClient;
  /** Put before every key in braces, e.g. `orders-prod:sessions`: one prefix per store. */
  prefix: string;
  /** Ends waits for a server that does not answer. @defaultValue the system's */
  clock?: Clock;
}

/** As long as DynamoDB's driver reads throttled keys again. */
const ANSWER_MS = 3_000;

/** Redis takes 512 MB for a text; DynamoDB's limit is more than a session should have. */
const MAX_VALUE_BYTES = 1_048_576;
/** Versions have at most this many characters; a space ends them. */
const VERSION = 16;

/**
 * Compares the versions of all keys, then replaces all texts or none. A text is the version, a
 * space and the value. Each key comes with its expected version (empty for none), its new text and
 * its end (0 for never).
 */
const SCRIPT = `for i, key in ipairs(KEYS) do
  local head = redis.call('GETRANGE', key, 0, ${VERSION})
  local space = string.find(head, ' ', 1, true)
  if (space and string.sub(head, 1, space - 1) or '') ~= ARGV[3 * i - 2] then return 0 end
end
for i, key in ipairs(KEYS) do
  if ARGV[3 * i] == '0' then redis.call('SET', key, ARGV[3 * i - 1])
  else redis.call('SET', key, ARGV[3 * i - 1], 'PXAT', ARGV[3 * i]) end
end
return 1`;

/**
 * Makes a driver that keeps the records of one session store on a Valkey or Redis server. A read is
 * one MGET, a write one EVALSHA that names every key. All keys of a store have the same hash tag,
 * and so one slot of a cluster: a script may touch no other, and one node serves the store.
 *
 * Replication to replicas is asynchronous: after a failover the last second of writes can be
 * missing, log-outs included. DynamoDB has no such gap.
 *
 * @throws TypeError for an unknown option, and for a prefix that is empty or has braces.
 * @example
 * ```ts
 * import { Redis } from 'iovalkey';
 *
 * const client = new Redis('redis://localhost:6379', { autoResendUnfulfilledCommands: false });
 * const driver = redisSessionDriver({ client, prefix: 'orders-prod:sessions' });
 * ```
 */
export function redisSessionDriver(options: RedisSessionDriverOptions): SessionDriver {
  assertKnownOptions('create the Redis driver of sessions', options, ['client', 'prefix', 'clock']);
  const { client, prefix, clock = systemClock } = options;
  if (typeof prefix !== 'string' || prefix === '' || /[{}]/.test(prefix)) {
    throw new TypeError("Cannot create the Redis driver of sessions: 'prefix' is empty or has braces");
  }
  const redis = redisClient(client);
  const tag = `{${prefix}}:`;
  const digest = createHash('sha1').update(SCRIPT).digest('hex');

  const run = async (keys: readonly string[], args: readonly string[]): Promise<unknown> => {
    const [first = ''] = keys;
    const operands = [String(keys.length), ...keys, ...args];
    try {
      return await redis.send(first, ['EVALSHA', digest, ...operands]);
    } catch (error) {
      if (!String(error).includes('NOSCRIPT')) throw error;
      // Refused before it ran: the server was started anew, or never saw the script.
      return redis.send(first, ['EVAL', SCRIPT, ...operands]);
    }
  };
  return {
    name: 'Redis',
    maxValueBytes: MAX_VALUE_BYTES,
    read: async (keys, { signal } = {}) => {
      const found = new Map<string, StoredRecord>();
      if (keys.length === 0) return found;
      const names = keys.map((key) => tag + key);
      const texts = await answered(clock, signal, () => redis.send(names[0] ?? '', ['MGET', ...names]));
      if (!Array.isArray(texts)) throw new TypeError('Cannot read sessions: the answer to MGET is not a list');
      for (const [index, key] of keys.entries()) {
        const text: unknown = texts[index];
        if (typeof text !== 'string') continue;
        const space = text.indexOf(' ');
        found.set(key, { version: text.slice(0, space), value: text.slice(space + 1) });
      }
      return found;
    },
    write: async (changes, { signal } = {}) => {
      const names = changes.map(({ key }) => tag + key);
      const answer = await answered(clock, signal, () => run(names, changes.flatMap(operandsOf)));
      return answer === 1 ? 'written' : 'conflict';
    },
  };
}

function operandsOf({ expected = '', version, value, expiresAtMs }: RecordChange): string[] {
  // 1 and not 0 for an end before 1970, which PXAT refuses.
  const end = expiresAtMs === undefined ? 0 : Math.max(1, Math.ceil(expiresAtMs));
  return [expected, `${version} ${value}`, String(end)];
}

/**
 * Waits for an answer. A command that was sent cannot be taken back: an answer that comes later is
 * ignored.
 *
 * @throws TwelvefoldError `SESSION_UNAVAILABLE` for a server that is down or answers with an error,
 * and after 3 s without an answer; the signal's reason.
 */
async function answered<T>(clock: Clock, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const stopTimer = after(clock, ANSWER_MS, () => reject(new Error(`no answer within ${ANSWER_MS} ms`)));
  try {
    return await Promise.race([work(), promise]);
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new TwelvefoldError(
      'SESSION_UNAVAILABLE',
      `Cannot read or write sessions on Redis: ${messageOf(cause)}; answer with 503`,
      { cause },
    );
  } finally {
    stopTimer();
    signal?.removeEventListener('abort', onAbort);
  }
}

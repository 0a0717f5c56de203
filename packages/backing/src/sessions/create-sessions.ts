/** Sessions on any driver. @module */
import { randomBytes as systemRandomBytes } from 'node:crypto';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { changeMethods } from './changes.ts';
import type { SessionLimits, StoreContext } from './context.ts';
import { userHashes } from './context.ts';
import type { SessionDriver } from './driver.ts';
import { endMethods } from './ends.ts';
import { moveMethods } from './moves.ts';
import type { SessionClient, SessionEvent } from './port.ts';
import { createSessionData } from './session-data.ts';
import type { SessionStoreDefinition } from './session-store.ts';
import { createViews } from './views.ts';

export type { RecordChange, SessionDriver, StoredRecord } from './driver.ts';

export interface SessionsOptions<S extends StandardSchemaV1> {
  definition: SessionStoreDefinition<S>;
  /** Keeps the records, e.g. `dynamoDbSessionDriver({ name, aws })`. */
  driver: SessionDriver;
  /** Decides when sessions end, and waits between tries. @defaultValue the system's */
  clock?: Clock;
  /**
   * 0 to below 1: jitter, and which copy of the store's epoch is read.
   * @defaultValue `Math.random`
   */
  random?: () => number;
  /** Where session ids come from: must be a cryptographic source. @defaultValue Node's */
  randomBytes?: (size: number) => Uint8Array;
  /**
   * Called with reuse of rotated ids, unreadable data and retries.
   * @defaultValue they are dropped
   */
  onEvent?: (event: SessionEvent) => void;
}

const OPTIONS = ['definition', 'driver', 'clock', 'random', 'randomBytes', 'onEvent'];

/**
 * Creates a session store's client. A request with a session is one read of the driver.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const driver = dynamoDbSessionDriver({ name: 'orders-prod-sessions', aws });
 * const store = createSessions({ definition: sessions, driver });
 * const { id } = await store.create({ userId: 'u1' }, { userId: 'u1' });
 * const { session, ended } = await store.touch(id);
 * if (session === undefined) console.log(`no session: ${ended.reason}`);
 * ```
 */
export function createSessions<S extends StandardSchemaV1>(
  options: SessionsOptions<S>,
): SessionClient<StandardSchemaV1.InferOutput<S>> {
  const { definition, driver } = options;
  assertKnownOptions(`create the client of session store '${definition?.name}'`, options, OPTIONS);
  const context = storeContext(`a session of store '${definition.name}'`, driver, definition, options);
  const content = createSessionData<StandardSchemaV1.InferOutput<S>>(definition.schema, context.subject);
  const views = createViews(context, content);
  return {
    ...changeMethods(context, content, views),
    ...moveMethods(context, content, views),
    ...endMethods(context, views),
  };
}

/** Puts together the parts that operations share. */
export function storeContext(
  subject: string,
  driver: SessionDriver,
  limits: SessionLimits,
  options: Pick<SessionsOptions<StandardSchemaV1>, 'clock' | 'random' | 'randomBytes' | 'onEvent'>,
): StoreContext {
  const { clock = systemClock, random = Math.random, randomBytes = systemRandomBytes, onEvent = () => {} } = options;
  const hashes = userHashes(driver, randomBytes);
  return { subject, driver, limits, clock, random, randomBytes, onEvent, ...hashes };
}

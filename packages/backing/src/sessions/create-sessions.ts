/** Sessions on any driver. @module */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { changeMethods } from './changes.ts';
import type { ContextOptions } from './context.ts';
import { storeContext } from './context.ts';
import type { SessionDriver } from './driver.ts';
import { endMethods } from './ends.ts';
import { moveMethods } from './moves.ts';
import type { SessionClient } from './port.ts';
import { createSessionData } from './session-data.ts';
import type { SessionStoreDefinition } from './session-store.ts';
import { createViews } from './views.ts';

/** @inline */
interface SessionsOptions<S extends StandardSchemaV1> extends ContextOptions {
  definition: SessionStoreDefinition<S>;
  /** Keeps the records, e.g. `dynamoDbSessionDriver({ name, aws })`. */
  driver: SessionDriver;
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

import { userInfo } from 'node:os';
import type { SessionClient, SessionStoreDefinition } from '@twelvefold/backing';
import { systemClock } from '@twelvefold/core';
import type { DevManifest, SessionControl } from '@twelvefold/local/internal/dev';

type Resource = DevManifest['resources'][number];
type Environment = Readonly<Record<string, string>>;
/** The client of a store, and what ends its connection. */
interface OpenedStore {
  readonly client: SessionClient<unknown>;
  stop(): Promise<void>;
}
/** Opens the client of a store: by driver. */
type OpenStore = (
  resource: Resource,
  definition: SessionStoreDefinition,
  context: { readonly app: string; readonly stage: string; readonly env: Environment },
) => Promise<OpenedStore>;

/** The data is shown as it is stored: the schema is in the app's process. */
const ANY = { '~standard': { version: 1, vendor: 'twelvefold', validate: (value: unknown) => ({ value }) } } as const;

const onDynamoDb: OpenStore = async ({ physicalName }, definition, { stage, env }) => {
  const { createAws } = await import('@twelvefold/aws');
  const { createSessions } = await import('@twelvefold/backing/sessions');
  const { dynamoDbSessionDriver } = await import('@twelvefold/backing/dynamodb-sessions');
  const name = physicalName.replaceAll('{stage}', stage);
  const driver = dynamoDbSessionDriver({ name, aws: createAws({ env }) });
  return { client: createSessions({ definition, driver }), stop: async () => {} };
};

/** A connection for each page: the server may be another one after a change of the app. */
const onServer: OpenStore = async ({ key, driver, physicalName, binding }, definition, { app, env }) => {
  const url = binding && env[binding.env];
  if (url === undefined) throw new Error(`Cannot reach the server of ${key}: ${binding?.env} is not set`);
  const options = { url, clock: systemClock, random: Math.random };
  const connection =
    driver === 'iovalkey'
      ? await (await import('@twelvefold/backing/iovalkey')).connectIovalkey(options)
      : await (await import('@twelvefold/backing/node-redis')).connectNodeRedis(options);
  try {
    await connection.check();
    const { createSessions } = await import('@twelvefold/backing/sessions');
    const { redisSessionDriver } = await import('@twelvefold/backing/redis-sessions');
    // As the app's client has it: the name of the definition is the end of the physical name.
    const prefix = `${connection.prefix}${physicalName.slice(`${app}-{stage}-`.length)}`;
    const client = createSessions({ definition, driver: redisSessionDriver({ client: connection, prefix }) });
    return { client, stop: connection.stop };
  } catch (error) {
    await connection.stop();
    throw error;
  }
};

const DRIVERS: Readonly<Record<string, OpenStore>> = {
  dynamodb: onDynamoDb,
  iovalkey: onServer,
  'node-redis': onServer,
};

/**
 * The sessions of an app's users, read and ended by the client that the app has; undefined for an
 * app without a session store outside of its process.
 *
 * @param env the endpoint, and the variables of the app that name servers
 */
export function consoleSessions(
  { app, resources }: DevManifest,
  stage: string,
  env: Environment,
): SessionControl | undefined {
  const stores = resources.filter(({ kind, driver }) => kind === 'sessions' && Object.hasOwn(DRIVERS, driver));
  if (stores.length === 0) return undefined;
  const withClient = async <T>(key: string, use: (client: OpenedStore['client']) => Promise<T>): Promise<T> => {
    const found = stores.find((store) => store.key === key);
    const open = DRIVERS[found?.driver ?? ''];
    if (found === undefined || open === undefined) throw new Error(`Cannot find the session store ${key}`);
    const { sessionStore } = await import('@twelvefold/backing');
    // The manifest's details are the limits of the app's definition.
    const definition = { ...sessionStore('console', { schema: ANY }), ...found.details };
    const { client, stop } = await open(found, definition, { app, stage, env });
    try {
      return await use(client);
    } finally {
      await stop();
    }
  };
  return {
    stores: stores.map(({ key }) => key),
    list: (store, userId) => withClient(store, (client) => client.list(userId)),
    end: async (store, userId, handle) => {
      const note = `${userInfo().username}@console`;
      await withClient(store, (client) => client.endListed(userId, handle, { note }));
    },
  };
}

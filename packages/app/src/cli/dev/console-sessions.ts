import { userInfo } from 'node:os';
import type { DevManifest, SessionControl } from '@twelvefold/local/internal/dev';

/** The data is shown as it is stored: the schema is in the app's process. */
const ANY = { '~standard': { version: 1, vendor: 'twelvefold', validate: (value: unknown) => ({ value }) } } as const;

/**
 * The sessions of an app's users on the endpoint of `twelvefold dev`, read and ended by the client
 * that the app has; undefined for an app without a session store on DynamoDB.
 */
export function consoleSessions(
  { resources }: DevManifest,
  stage: string,
  env: Readonly<Record<string, string>>,
): SessionControl | undefined {
  const stores = resources.filter(({ kind, driver }) => kind === 'sessions' && driver === 'dynamodb');
  if (stores.length === 0) return undefined;
  const clientOf = async (key: string) => {
    const found = stores.find((store) => store.key === key);
    if (found === undefined) throw new Error(`Cannot find the session store ${key}`);
    const { createAws } = await import('@twelvefold/aws');
    const { sessionStore } = await import('@twelvefold/backing');
    const { createSessions } = await import('@twelvefold/backing/sessions');
    const { dynamoDbSessionDriver } = await import('@twelvefold/backing/dynamodb-sessions');
    const name = found.physicalName.replaceAll('{stage}', stage);
    // The manifest's details are the limits of the app's definition.
    const definition = { ...sessionStore('console', { schema: ANY }), ...found.details };
    return createSessions({ definition, driver: dynamoDbSessionDriver({ name, aws: createAws({ env }) }) });
  };
  return {
    stores: stores.map(({ key }) => key),
    list: async (store, userId) => (await clientOf(store)).list(userId),
    end: async (store, userId, handle) => {
      const note = `${userInfo().username}@console`;
      await (await clientOf(store)).endListed(userId, handle, { note });
    },
  };
}

import type { SessionClient } from '@twelvefold/backing';
import * as z from 'zod';
import type { TaskComponent } from '../component.ts';
import type { Backing, TaskContext } from '../context.ts';
import type { App } from '../define-app.ts';
import type { KeysOf } from './keys-of.ts';
import { assertKeyOf } from './keys-of.ts';

/** Options of {@link endSessions}. */
export interface EndSessionsOptions {
  /** @defaultValue 'end-sessions' */
  readonly name?: string;
}

const params = z.object({
  userId: z.string().min(1).describe('The user whose sessions end'),
  note: z.string().min(1).max(200).optional().describe('Why, for people: kept beside each session'),
});

interface Clients {
  readonly sessions: Pick<SessionClient<unknown>, 'list' | 'endUser'>;
}

/**
 * A task that ends all sessions of a user, e.g. after a password was stolen. A dry run counts them.
 *
 * @param key - the session store in the app's `backing`
 * @throws TypeError for a key that is not one of a session store
 * @example
 * ```ts
 * import { endSessions } from 'twelvefold/tasks';
 *
 * export const endSessionsOfUser = endSessions(shop, 'sessions');
 * ```
 */
export function endSessions<C, B extends Backing, K extends KeysOf<B, 'sessions'>>(
  app: App<C, B>,
  key: K,
  { name = 'end-sessions' }: EndSessionsOptions = {},
): TaskComponent {
  assertKeyOf(name, app, key, 'sessions');
  return app.task(
    name,
    {
      description: 'End all sessions of a user',
      params,
      uses: { [key]: ['list', 'endUser'] } as never, // the key is one of a session store
    },
    async ({ userId, note }, ctx) => {
      const { backing, signal, dryRun } = ctx as unknown as TaskContext<unknown, Record<K, Clients['sessions']>>;
      const sessions = backing[key];
      const live = await sessions.list(userId, { signal });
      await sessions.endUser(userId, { signal, ...(note !== undefined && { note }) });
      return dryRun ? { found: live.length } : { ended: live.length };
    },
  );
}

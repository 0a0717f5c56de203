import type { CacheClient } from '@twelvefold/backing';
import * as z from 'zod';
import type { TaskComponent } from '../component.ts';
import type { Backing, TaskContext } from '../context.ts';
import type { App } from '../define-app.ts';
import { kebabCase } from '../names.ts';
import type { KeysOf } from './keys-of.ts';
import { assertKeyOf } from './keys-of.ts';

/** Options of {@link flushCache}. */
export interface FlushCacheOptions {
  /** @defaultValue 'flush-' and the key in kebab case */
  readonly name?: string;
}

/**
 * A task that removes every value of a cache, and none of other caches on its server. Memory tiers
 * of other processes keep
 * theirs until they end. A dry run counts them.
 *
 * @param key - the cache in the app's `backing`
 * @throws TypeError for a key that is not one of a cache
 * @example
 * ```ts
 * import { flushCache } from 'twelvefold/tasks';
 *
 * export const flushPrices = flushCache(shop, 'prices');
 * ```
 */
export function flushCache<C, B extends Backing, K extends KeysOf<B, 'cache'>>(
  app: App<C, B>,
  key: K,
  { name = `flush-${kebabCase(key)}` }: FlushCacheOptions = {},
): TaskComponent {
  assertKeyOf(name, app, key, 'cache');
  type Context = TaskContext<unknown, Record<K, Pick<CacheClient<unknown>, 'clear' | 'count'>>>;
  return app.task(
    name,
    {
      description: `Remove all values of '${key}'`,
      params: z.object({}),
      uses: { [key]: ['clear'] } as never, // the key is one of a cache
    },
    async (_, ctx) => {
      const { backing, signal, dryRun } = ctx as unknown as Context;
      if (!dryRun) return { removed: await backing[key].clear({ signal }) };
      const found = await backing[key].count({ signal });
      await backing[key].clear();
      return { found };
    },
  );
}

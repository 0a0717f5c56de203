import * as z from 'zod';
import type { TaskComponent } from '../component.ts';
import type { Backing, TaskContext } from '../context.ts';
import type { App } from '../define-app.ts';
import type { ConfigStoreClient } from './config-store.ts';
import type { KeysOf } from './keys-of.ts';
import { assertKeyOf } from './keys-of.ts';

/** Options of {@link pushConfig}. */
export interface PushConfigOptions {
  /** @defaultValue 'push-config' */
  readonly name?: string;
}

const params = z.object({
  values: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .describe('Values as JSON, nested like the schema; a record never shows them'),
});

/**
 * A task that writes values into the stores of the app's config: those that differ. A dry run names
 * the keys that it would
 * write. No value reaches a record, a log or a result.
 *
 * @param key - the `configStore()` in the app's `backing`, which has `taskRuns()` too
 * @throws TypeError for a key that is not one of a config store
 * @example
 * ```ts
 * import { pushConfig } from 'twelvefold/tasks';
 *
 * export const push = pushConfig(shop, 'settings');
 * ```
 */
export function pushConfig<C, B extends Backing, K extends KeysOf<B, 'config-store'>>(
  app: App<C, B>,
  key: K,
  { name = 'push-config' }: PushConfigOptions = {},
): TaskComponent {
  assertKeyOf(name, app, key, 'config-store');
  type Context = TaskContext<unknown, Record<K, ConfigStoreClient>>;
  return app.task(
    name,
    {
      description: 'Write config values that differ into their stores',
      params,
      secretParams: ['values'],
      uses: { [key]: ['push'] } as never, // the key is one of a config store
    },
    async ({ values }, ctx) => {
      const { backing, signal, dryRun } = ctx as unknown as Context;
      const given = objectOf(values);
      const store = backing[key];
      const { written, same, faults } = await (dryRun ? store.plan(given, { signal }) : store.push(given, { signal }));
      if (faults.length > 0) throw new TypeError(`Cannot push config: ${faults.join('; ')}`);
      if (dryRun) await store.push(given, { signal }); // the run's record counts the write
      return dryRun ? { differs: written, same } : { written, same };
    },
  );
}

/** @throws TypeError without the text, which may be a secret */
function objectOf(values: string | Record<string, unknown>): Record<string, unknown> {
  if (typeof values !== 'string') return values;
  try {
    const parsed: unknown = JSON.parse(values);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch {
    // Not JSON: as below.
  }
  throw new TypeError(`Cannot push config: 'values' is not a JSON object, e.g. {"pricing":{"taxRate":"0.19"}}`);
}

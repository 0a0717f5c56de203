import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { liveParameters } from './store.ts';

/** The parameters that are being updated, of each store. An update is no state: it ends with its call. */
const underWay = new WeakMap<object, Set<string>>();

/**
 * Runs an update that others of the same parameter must not overlap: as long as the requests that came in together are read, it counts
 * as under way.
 *
 * @throws ServiceError `TooManyUpdates` while another is under way
 */
export async function oneUpdate<T>(
  key: string,
  context: Pick<CallContext, 'stores' | 'clock'>,
  update: () => T,
): Promise<T> {
  const all = liveParameters(context);
  const updating = underWay.get(all) ?? new Set<string>();
  underWay.set(all, updating);
  if (updating.has(key)) {
    throw new ServiceError(
      'TooManyUpdates',
      'There are concurrent updates for a resource that supports one update at a time.',
    );
  }
  updating.add(key);
  try {
    const result = update();
    await new Promise((resolve) => setImmediate(resolve));
    return result;
  } finally {
    updating.delete(key);
  }
}

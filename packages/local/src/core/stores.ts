import type { Background } from './background.ts';
import type { Clock } from './clock.ts';

const PLAIN = new Set<unknown>([Object.prototype, null, Array.prototype, Map.prototype, Set.prototype, Date.prototype]);

function fault(value: unknown, path: string, seen: Set<object>): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return `${path} is a ${typeof value}`;
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined;
  seen.add(value);
  if (ArrayBuffer.isView(value)) return undefined;
  if (!PLAIN.has(Object.getPrototypeOf(value))) return `${path} is an instance of ${value.constructor?.name}`;
  const children: Iterable<readonly [unknown, unknown]> =
    value instanceof Map || value instanceof Set ? value.entries() : Object.entries(value);
  for (const [key, child] of children) {
    const found = fault(child, `${path}.${typeof key === 'string' ? key : '*'}`, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Serializing would drop what a class gave its instances, in silence: refused here.
 *
 * @throws Error naming the first value of the store `name` that is a function or an instance of a
 *   class
 */
function checkPlain(data: unknown, name: string): void {
  const found = fault(data, name, new Set());
  if (found !== undefined) {
    throw new Error(
      `Cannot save a snapshot: ${found}, not plain data; give storeKey('${name}', ...) a save and a load that turn it into data`,
    );
  }
}

/** The place of a store: account, region and clock. */
export interface StoreContext {
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  /** Runs work that outlives a call; a failure goes to the log and the call log (background.ts). */
  background(work: () => unknown): void;
  /** The other stores of this account and region. */
  readonly stores: Stores;
}

/**
 * How a store's state goes to a snapshot and comes back. `D` is plain data: what `structuredClone`
 * takes (objects, arrays, Map, Set, Date, Buffer, bigint), without functions and without instances
 * of classes.
 */
interface StoreHooks<T, D> {
  save(state: T): D;
  /** The state again. Arms its timers on the clock: what fell due in the meantime fires at once. */
  load(data: D, context: StoreContext): T;
}

/** A typed key for one service's state; made once per service by {@link storeKey}. */
export interface StoreKey<T> {
  readonly name: string;
  readonly create: (context: StoreContext) => T;
  readonly save: (state: T) => unknown;
  readonly load: (data: unknown, context: StoreContext) => T;
}

/**
 * `name` is the service's signing name, and more after a space where a service has several stores
 * (`ssm parameters`). `create` makes the empty state of one account and region. State that is plain
 * data needs no `hooks`.
 */
export function storeKey<T, D = T>(
  name: string,
  create: (context: StoreContext) => T,
  hooks?: StoreHooks<T, D>,
): StoreKey<T> {
  return {
    name,
    create,
    save: (state) => {
      const data = hooks === undefined ? state : hooks.save(state);
      checkPlain(data, name);
      return data;
    },
    load: (data, context) => (hooks === undefined ? (data as T) : hooks.load(data as D, context)), // what save gave
  };
}

/** The state of every service in one account and region. */
export interface Stores {
  get<T>(key: StoreKey<T>): T;
}

/** The state of one service in one account and region: plain data by the names of its stores. */
export interface SavedService {
  readonly service: string;
  readonly account: string;
  readonly region: string;
  readonly stores: Readonly<Record<string, unknown>>;
}

interface Slot {
  /** Undefined until a call opens a store that came from a snapshot. */
  live: { readonly state: unknown; readonly key: StoreKey<unknown> } | undefined;
  readonly data: unknown;
}

interface Place {
  readonly account: string;
  readonly region: string;
  readonly slots: Map<string, Slot>;
}

const serviceOf = (name: string) => name.split(' ', 1)[0] ?? name;

/** All state: apart by account and region. */
export class World {
  readonly #places = new Map<string, Place>();
  readonly #background: Background;

  constructor(background: Background) {
    this.#background = background;
  }

  #slots(account: string, region: string): Map<string, Slot> {
    const id = `${account}/${region}`;
    const place = this.#places.get(id) ?? { account, region, slots: new Map<string, Slot>() };
    this.#places.set(id, place);
    return place.slots;
  }

  stores(account: string, region: string): Stores {
    // Nothing is made before a store is asked for: anybody may send any region.
    const stores: Stores = {
      get: <T>(key: StoreKey<T>): T => {
        const slots = this.#slots(account, region);
        const slot = slots.get(key.name);
        if (slot?.live !== undefined) return slot.live.state as T; // only this key writes this slot
        const service = serviceOf(key.name);
        const context: StoreContext = {
          account,
          region,
          clock: this.#background.clockFor(service),
          background: (work) => this.#background.run(service, work),
          stores,
        };
        const state = slot === undefined ? key.create(context) : key.load(slot.data, context);
        slots.set(key.name, { live: { state, key: key as StoreKey<unknown> }, data: undefined });
        return state;
      },
    };
    return stores;
  }

  /** Forgets everything, or all of one service. */
  reset(service?: string): void {
    if (service === undefined) {
      this.#places.clear();
      return;
    }
    for (const { slots } of this.#places.values()) {
      for (const name of slots.keys()) if (serviceOf(name) === service) slots.delete(name);
    }
  }

  /** Everything as plain data. @throws Error naming a store whose state is not plain data */
  save(): SavedService[] {
    return [...this.#places.values()].flatMap(({ account, region, slots }) => {
      const byService = new Map<string, Record<string, unknown>>();
      for (const [name, { live, data }] of slots) {
        const service = serviceOf(name);
        const stores = byService.get(service) ?? {};
        stores[name] = live === undefined ? data : live.key.save(live.state);
        byService.set(service, stores);
      }
      return [...byService].map(([service, stores]) => ({ service, account, region, stores }));
    });
  }

  /** Puts saved state in place; a store comes back to life when it is asked for. */
  load(saved: readonly SavedService[]): void {
    for (const { account, region, stores } of saved) {
      const slots = this.#slots(account, region);
      for (const [name, data] of Object.entries(stores)) slots.set(name, { live: undefined, data });
    }
  }
}

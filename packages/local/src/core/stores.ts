/** A typed key for one service's state; made once per service by {@link storeKey}. */
export interface StoreKey<T> {
  readonly id: symbol;
  readonly create: () => T;
}

/** `create` makes the empty state of one account and region. */
export function storeKey<T>(name: string, create: () => T): StoreKey<T> {
  return { id: Symbol(name), create };
}

/** The state of every service in one account and region. */
export interface Stores {
  get<T>(key: StoreKey<T>): T;
}

/** All state: apart by account and region. */
export class World {
  readonly #regions = new Map<string, Map<symbol, unknown>>();

  stores(account: string, region: string): Stores {
    const id = `${account}/${region}`;
    const state = this.#regions.get(id) ?? new Map<symbol, unknown>();
    this.#regions.set(id, state);
    return {
      get: <T>(key: StoreKey<T>): T => {
        if (!state.has(key.id)) state.set(key.id, key.create());
        return state.get(key.id) as T; // only create() writes this slot
      },
    };
  }

  reset(): void {
    this.#regions.clear();
  }
}

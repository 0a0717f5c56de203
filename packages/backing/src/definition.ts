/**
 * One way to use a resource: the client's methods that it gives, and the IAM actions that they
 * need.
 */
export interface Access {
  readonly methods: readonly string[];
  /** Exact actions such as `dynamodb:GetItem`; empty for a service that IAM does not guard. */
  readonly actions: readonly string[];
  /** The names of the accesses that it gives together; absent for a single one. */
  readonly sumOf?: readonly string[];
  /**
   * Actions on parts of the resource that have ARNs themselves, such as the indexes of a table, by
   * the part's name in {@link Infrastructure.parts}.
   */
  readonly parts?: Readonly<Record<string, readonly string[]>>;
  /**
   * Module specifiers that its methods import when they are called. The bundle of a component
   * without the access leaves them out.
   */
  readonly modules?: readonly string[];
}

/** The accesses of a kind, by the name that `uses` asks for. */
export type Accesses = Readonly<Record<string, Access>>;

/**
 * The declaration of a resource: plain data without I/O, made by a function such as `queue()` or
 * `table()`. `Client` has all methods of all accesses.
 */
export interface Definition<Client = unknown, A extends Accesses = Accesses> {
  /** The kind's name, e.g. `queue`. */
  readonly kind: string;
  /** The name of the kind's driver that it was declared with, e.g. `dynamodb`. */
  readonly driver: string;
  /** The resource's own name. The physical name is a pure function of app, stage and this. */
  readonly name: string;
  /** Never present. It carries types from the definition to `uses` and the context. */
  readonly types?: { readonly client: Client; readonly accesses: A } | undefined;
}

/** The accesses that `uses` can ask of a resource, e.g. `'get' | 'put' | 'read'`. */
export type AccessOf<D> = D extends Definition<unknown, infer A> ? keyof A & string : never;

type MethodsOf<A, N> = A extends Accesses ? { [K in N & keyof A]: A[K]['methods'][number] }[N & keyof A] : never;

/** The client of a resource, with only the methods of the named accesses. */
export type ClientFor<D, N extends string = AccessOf<D>> =
  D extends Definition<infer Client, infer A> ? Pick<Client, MethodsOf<A, N> & keyof Client> : never;

/** An access that gives what the named ones give together. */
export function sumOf<const A extends Accesses, N extends keyof A & string>(
  accesses: A,
  ...names: readonly N[]
): {
  readonly methods: ReadonlyArray<A[N]['methods'][number]>;
  readonly actions: readonly string[];
  readonly sumOf: readonly string[];
  readonly parts?: Readonly<Record<string, readonly string[]>>;
  readonly modules?: readonly string[];
} {
  const summed = names.map((name) => accesses[name]);
  const parts: Record<string, readonly string[]> = {};
  for (const [part, actions] of summed.flatMap((access) => Object.entries(access?.parts ?? {}))) {
    parts[part] = [...new Set([...(parts[part] ?? []), ...actions])];
  }
  const modules = [...new Set(summed.flatMap((access) => access?.modules ?? []))];
  return {
    methods: [...new Set(summed.flatMap((access) => access?.methods ?? []))],
    actions: [...new Set(summed.flatMap((access) => access?.actions ?? []))],
    sumOf: names,
    ...(Object.keys(parts).length === 0 ? {} : { parts }),
    ...(modules.length === 0 ? {} : { modules }),
  };
}

/**
 * Lower-case words joined by hyphens, 1 to 40 characters: fits every AWS name with app and stage in
 * front.
 */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** @throws TypeError when a definition's name cannot become part of a physical name. */
export function assertName(kind: string, name: string): void {
  if (typeof name !== 'string' || name.length > 40 || !NAME.test(name)) {
    throw new TypeError(
      `Cannot define ${kind} ${JSON.stringify(name)}: a name is 1 to 40 characters, lower-case words joined by hyphens, e.g. 'order-events'`,
    );
  }
}

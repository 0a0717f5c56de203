/**
 * Comparisons of one field; all that are given must hold. Strings are compared by their bytes in
 * UTF-8. A comparison other than `exists` and `ne` never holds for a row without the field.
 */
export interface Test<T> {
  eq?: T;
  /** Holds also for a row without the field. */
  ne?: T;
  lt?: Ordered<T>;
  lte?: Ordered<T>;
  gt?: Ordered<T>;
  gte?: Ordered<T>;
  /** Both ends are included. */
  between?: readonly [Ordered<T>, Ordered<T>];
  /** Equal to one of 1 to 100 values. */
  in?: readonly T[];
  beginsWith?: [Extract<T, string>] extends [never] ? never : string;
  /** A part of a text, an element of a list or a member of a set. */
  contains?: ElementOf<T>;
  /** Whether the row has the field. */
  exists?: boolean;
  /** Characters of a text, bytes, or elements of a list, a set or an object. */
  size?: Pick<Test<number>, 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte'>;
}

type Ordered<T> = [Extract<T, string | number | bigint | Uint8Array>] extends [never]
  ? never
  : Extract<T, string> extends never
    ? Extract<T, number | bigint | Uint8Array>
    : string | Extract<T, number | bigint | Uint8Array>;

type ElementOf<T> = T extends string ? string : T extends readonly (infer E)[] | ReadonlySet<infer E> ? E : never;

/**
 * Conditions on the fields of a row, as data. All members that are given must hold. DynamoDB reads
 * the rows that a filter refuses, and bills them.
 */
export interface Filter<R> {
  /**
   * Fields that must have exactly these values; `undefined` means that the row must not have the
   * field.
   */
  equals?: { [F in keyof R]?: R[F] | undefined };
  /** Comparisons by field, e.g. `{ totalCents: { gte: 100 }, note: { exists: false } }`. */
  where?: { [F in keyof R]?: Test<Exclude<R[F], undefined>> };
  /** All of these must hold. */
  and?: ReadonlyArray<Filter<R>>;
  /** One of these must hold. */
  or?: ReadonlyArray<Filter<R>>;
  /** This must not hold. */
  not?: Filter<R>;
}

/** A condition on a write: on the row as it is stored before the write. */
export interface Condition<R> extends Filter<R> {
  /** `true`: the row must exist; `false`: it must not. */
  exists?: boolean;
  and?: ReadonlyArray<Condition<R>>;
  or?: ReadonlyArray<Condition<R>>;
  not?: Condition<R>;
}

/** Which sort keys a query reads: one comparison. Strings are compared by their bytes in UTF-8. */
export type SortRange =
  | { readonly eq: string }
  | { readonly lt: string }
  | { readonly lte: string }
  | { readonly gt: string }
  | { readonly gte: string }
  /** Both ends are included. */
  | { readonly between: readonly [string, string] }
  | { readonly beginsWith: string };

/** The fields that every variant of a message has and whose values are `V`. */
export type FieldOf<M, V> = keyof M extends infer K
  ? K extends keyof M & string
    ? M[K] extends V
      ? K
      : never
    : never
  : never;

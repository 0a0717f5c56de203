import type { RawValue } from '../values/normalise-value.ts';

interface Size {
  readonly min?: number;
  readonly max?: number;
}

interface StringShape extends Size {
  readonly type: 'string';
  readonly pattern?: RegExp;
  /** Strings that the constraints do not bind. */
  readonly exempt?: RegExp;
  /** The only strings allowed. */
  readonly values?: readonly string[];
}

interface NumberShape extends Size {
  /** Also the Java type that AWS's messages name. */
  readonly type: 'Integer' | 'Long';
}

interface ListShape extends Size {
  readonly type: 'list';
  readonly of: Shape;
}

interface MapShape extends Size {
  readonly type: 'map';
  readonly of: Shape;
}

interface StructureShape {
  readonly type: 'structure';
  readonly members: Members;
}

/** What a part of the input must look like: data, so that one checker serves every operation. */
export type Shape =
  | StringShape
  | NumberShape
  | { readonly type: 'boolean' }
  /** An attribute value, with any number of type tags: {@link RawValue}. */
  | { readonly type: 'value' }
  /** Accepted as it is, for the action to look at. */
  | { readonly type: 'anything' }
  | ListShape
  | MapShape
  | StructureShape;

type Member = Shape & { readonly required?: true };
export type Members = Readonly<Record<string, Member>>;

/** The TypeScript type of what passes a shape, so that an action cannot read what was not checked. */
export type Checked<S> = S extends { type: 'structure'; members: infer M extends Members }
  ? CheckedMembers<M>
  : S extends { type: 'list'; of: infer O }
    ? ReadonlyArray<Checked<O>>
    : S extends { type: 'map'; of: infer O }
      ? Readonly<Record<string, Checked<O>>>
      : S extends { type: 'value' }
        ? RawValue
        : S extends { type: 'string'; values: ReadonlyArray<infer V> }
          ? V
          : S extends { type: 'string' }
            ? string
            : S extends { type: 'Integer' | 'Long' }
              ? number
              : S extends { type: 'boolean' }
                ? boolean
                : unknown;

export type CheckedMembers<M extends Members> = {
  readonly [K in keyof M as M[K] extends { required: true } ? K : never]: Checked<M[K]>;
} & {
  readonly [K in keyof M as M[K] extends { required: true } ? never : K]?: Checked<M[K]> | undefined;
};

import type { $ZodType } from 'zod/v4/core';

/** One key of a config: where its value goes in the snapshot, and how text becomes it. */
export interface ConfigLeaf {
  /** The path joined with dots, e.g. `pricing.taxRate`. */
  readonly key: string;
  readonly path: readonly string[];
  /** The environment variable that supplies it, e.g. `PRICING_TAX_RATE`. */
  readonly env: string;
  readonly secret: boolean;
  /** The key may be absent: it is optional, has a default, or sits in an object that may be absent. */
  readonly optional: boolean;
  readonly hasDefault: boolean;
  readonly nullable: boolean;
  /**
   * What the schema reads: `text`, the `json` of an array, object or record, a `number` that is made from text, or a
   * `value` that the schema takes as it comes.
   */
  readonly reads: 'text' | 'json' | 'number' | 'value';
  readonly schema: $ZodType;
}

/** An object of the schema: the keys below it. */
export interface ConfigGroup {
  readonly path: readonly string[];
  /** The object itself may be absent, by its own schema. */
  readonly optional: boolean;
  readonly children: ReadonlyMap<string, ConfigGroup | ConfigLeaf>;
}

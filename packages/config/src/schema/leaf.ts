import type { $ZodType } from 'zod/v4/core';
import type { ConfigFault } from '../errors/config-fault.ts';

/** Where a store holds a key. `{app}` and `{stage}` stand for the loaded app and stage. */
export type ConfigPlace =
  | {
      readonly in: 'parameterStore';
      /** e.g. `/{app}/{stage}/pricing/taxRate` */
      readonly name: string;
      /** `:3` for a version, `:live` for a label, empty for the latest. */
      readonly selector: string;
      /** It must be a SecureString: the key is a secret. */
      readonly secure: boolean;
    }
  | {
      readonly in: 'secretsManager';
      /** e.g. `{app}/{stage}/payments/apiKey` */
      readonly id: string;
      /** The value is this key of the JSON object that the secret holds. */
      readonly jsonKey?: string;
      /** Absent for `AWSCURRENT`. */
      readonly versionStage?: string;
    };

/** One key of a config: where its value goes in the snapshot, and how text becomes it. */
export interface ConfigLeaf {
  /** The path joined with dots, e.g. `pricing.taxRate`. */
  readonly key: string;
  readonly path: readonly string[];
  /** The environment variable that supplies it, e.g. `PRICING_TAX_RATE`. */
  readonly env: string;
  readonly secret: boolean;
  readonly place: ConfigPlace;
  /** The infrastructure owns the value, which is the default; `config push` does not write it. */
  readonly provisioned: boolean;
  /**
   * The key may be absent: it is optional, has a default, or sits in an object that may be absent.
   */
  readonly optional: boolean;
  readonly hasDefault: boolean;
  readonly nullable: boolean;
  /**
   * The input that the schema reads: `text`, the `json` of an array, object, record, set or map, a
   * `number` that is made from text, or a `value` that the schema takes as it comes.
   */
  readonly reads: 'text' | 'json' | 'number' | 'value';
  /**
   * Values of the schema that are not text (`z.literal(5)`, a numeric enum), by the text that
   * stands for them.
   */
  readonly literals?: ReadonlyMap<string, number | bigint | boolean>;
  readonly schema: $ZodType;
}

/** One key that is made from others and looked for nowhere. */
export interface DerivedLeaf {
  readonly key: string;
  readonly path: readonly string[];
  /** True when one of its inputs is a secret: then so is what is made of it. */
  readonly secret: boolean;
  /** The keys that it is made from, by the names of the function's inputs. */
  readonly inputs: Readonly<Record<string, ConfigLeaf | DerivedLeaf>>;
  readonly derive: (inputs: Readonly<Record<string, unknown>>) => unknown;
  /**
   * Adds the values of all derived keys to a validated output. Here, so that only `derived()`
   * reaches it.
   */
  readonly fill: (all: readonly DerivedLeaf[], output: Record<string, unknown>) => ConfigFault[];
}

/** The definition of a schema that `derived()` makes. */
export interface DerivedDefinition {
  readonly type: 'custom';
  /** The schemas that the key is made from, by name. */
  readonly inputs: Readonly<Record<string, $ZodType>>;
  readonly derive: DerivedLeaf['derive'];
  /** Finds the keys that derived ones are made from. Here, so that only `derived()` reaches it. */
  readonly resolve: (found: readonly FoundDerived[], leaves: readonly ConfigLeaf[]) => DerivedLeaf[];
}

/** A derived key, before its inputs are known. */
export interface FoundDerived {
  readonly path: readonly string[];
  readonly schema: $ZodType;
  readonly definition: DerivedDefinition;
}

/** An object of the schema: the keys below it. */
export interface ConfigGroup {
  readonly path: readonly string[];
  /** The object itself may be absent, by its own schema. */
  readonly optional: boolean;
  readonly children: ReadonlyMap<string, ConfigGroup | ConfigLeaf>;
}

import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { $ZodObject, $ZodType, output } from 'zod/v4/core';
import type { ConfigPlan, PlanTarget } from './plan/plan-template.ts';
import { template as planConfig } from './plan/plan-template.ts';
import type { ConfigGroup, ConfigLeaf, DerivedLeaf } from './schema/leaf.ts';
import { readSchema } from './schema/read-schema.ts';
import type { ConfigKey, ConfigValue } from './select/config-key.ts';
import { hasConfigPath } from './select/config-key.ts';
import type { ConfigPath } from './select/config-path.ts';
import type { Snapshot } from './snapshot.ts';
import type { ConfigSource } from './sources/sources.ts';

/** A duration with its unit, e.g. `'30s'`, `'5m'`, `'1.5h'`, or `'never'`. */
export type MaxAge = Duration | 'never';

/**
 * Milliseconds in a snapshot's age limit; `Infinity` for `'never'`.
 *
 * @throws TypeError for anything else, e.g. a number.
 */
export function maxAgeMsOf(maxAge: MaxAge): number {
  if (maxAge === 'never') return Number.POSITIVE_INFINITY;
  try {
    const ms = durationMs(maxAge);
    if (ms > 0) return ms;
  } catch {
    // Refused below.
  }
  throw new TypeError(
    `Cannot define config: maxAge ${JSON.stringify(maxAge)} must be a duration above 0 with its unit, e.g. '5m', or 'never'`,
  );
}

export interface ConfigOptions<S extends $ZodType> {
  /** A zod 4 object, of `zod` or `zod/mini`, of any depth. */
  schema: S;
  /**
   * Where values come from. Precedence is fixed, whatever the order: environment, memory, stores
   * (your own first), files, defaults.
   */
  sources: readonly ConfigSource[];
  /**
   * Age after which the next use refreshes a snapshot, in an app; `'never'` refreshes on demand and
   * on refused credentials only.
   * @defaultValue `'5m'`
   */
  maxAge?: MaxAge;
}

/** An app's config as plain data. `T` is the type of the loaded snapshot. */
export interface ConfigDefinition<T = unknown> {
  readonly kind: 'config';
  readonly schema: $ZodType;
  readonly sources: readonly ConfigSource[];
  /** The option `maxAge`; `Infinity` for `'never'`. */
  readonly maxAgeMs?: number;
  /** Every key, in the schema's order. */
  readonly leaves: readonly ConfigLeaf[];
  /** The keys that are made from others. */
  readonly derived: readonly DerivedLeaf[];
  /** For a part of a config: the sections and keys that its snapshot has. */
  readonly paths?: readonly string[];
  /** The same keys as a tree. */
  readonly root: ConfigGroup;
  /**
   * Where each key is looked for and what would be fetched. Pure; `stage` may be `'{stage}'`, for
   * templates.
   */
  plan(target: PlanTarget): ConfigPlan;
  /** For the type system only; never there. */
  readonly types?: { readonly snapshot: T };
}

/** A definition as `defineConfig` makes it. */
export interface DefinedConfig<T> extends ConfigDefinition<T> {
  /**
   * A typed reference to one value or section.
   *
   * @throws TypeError for a path that the config does not have.
   */
  key<P extends ConfigPath<T>>(path: P): ConfigKey<ConfigValue<T, P>>;
}

/** The type of a definition's loaded config. */
export type ConfigOf<D extends ConfigDefinition> = D extends ConfigDefinition<infer T> ? T : never;

const OPTIONS = ['schema', 'sources', 'maxAge'];
const KINDS = ['env', 'memory', 'custom', 'parameterStore', 'secretsManager', 'file'];

/**
 * Declares an app's config. No I/O happens and no environment is read.
 *
 * @throws TypeError for a schema that is not a zod 4 object, for keys that no source can hold, for
 * two keys that share an
 * environment variable, and for something that is not a source.
 * @example
 * ```ts
 * const config = defineConfig({
 *   schema: z.object({
 *     pricing: z.object({ taxRate: z.coerce.number() }),
 *     payments: z.object({ apiKey: secret(z.string()) }),
 *   }),
 *   sources: [env(), parameterStore(), secretsManager()],
 * });
 * ```
 */
export function defineConfig<S extends $ZodObject>(options: ConfigOptions<S>): DefinedConfig<Snapshot<output<S>>> {
  assertKnownOptions('define config', options, OPTIONS);
  assertSchema(options.schema);
  const sources = Object.freeze([...assertSources(options.sources)]);
  const { root, leaves, derived } = readSchema(options.schema);
  const definition: ConfigDefinition<Snapshot<output<S>>> = {
    kind: 'config',
    schema: options.schema,
    sources,
    ...(options.maxAge === undefined ? {} : { maxAgeMs: maxAgeMsOf(options.maxAge) }),
    leaves,
    derived,
    root,
    // By `this`, so that a copy with other sources (`{ ...config, sources: [memory(...)] }`) plans
    // with those.
    plan(this: ConfigDefinition, target: PlanTarget) {
      return planConfig(this.leaves, this.sources, target);
    },
  };
  return Object.freeze({ ...definition, key: referTo });
}

/** By `this`, so that a copy with other sources refers to itself. */
function referTo<V>(this: ConfigDefinition, path: string): ConfigKey<V> {
  if (hasConfigPath(this, path)) return Object.freeze({ path, config: this });
  throw new TypeError(`Cannot refer to '${path}': the config has no such section or value`);
}

function assertSchema(schema: unknown): void {
  const zod = (schema as Partial<$ZodType> | undefined)?._zod;
  if (zod?.def.type === 'object') return;
  const vendor = (schema as Partial<$ZodType> | undefined)?.['~standard']?.vendor;
  const found =
    zod !== undefined
      ? `a zod ${zod.def.type}`
      : vendor === 'zod'
        ? 'a zod 3 schema'
        : vendor !== undefined
          ? `a ${vendor} schema, and a Standard Schema does not say which keys it has`
          : `${schema === null ? 'null' : typeof schema}`;
  throw new TypeError(`Cannot define config: its schema must be a zod 4 object (of zod or zod/mini), not ${found}`);
}

function assertSources(sources: readonly ConfigSource[]): readonly ConfigSource[] {
  if (!Array.isArray(sources)) throw new TypeError('Cannot define config: sources must be a list, e.g. [env()]');
  const seen = new Set<string>();
  for (const source of sources as readonly ConfigSource[]) {
    if (!KINDS.includes(source?.kind)) {
      throw new TypeError(
        'Cannot define config: a source is env(), memory(), parameterStore(), secretsManager(), file() or customSource()',
      );
    }
    const identity =
      source.kind === 'file' ? `file ${source.path}` : source.kind === 'custom' ? source.name : source.kind;
    if (seen.has(identity)) throw new TypeError(`Cannot define config: source ${identity} is listed twice`);
    seen.add(identity);
  }
  return sources;
}

import type { ConfigLeaf } from '../schema/leaf.ts';
import type { ConfigTarget } from '../schema/names.ts';
import { assertTarget, atTarget } from '../schema/names.ts';
import { defaultText } from '../schema/text.ts';
import type { ConfigSource } from '../sources/sources.ts';
import { suppliedAbove } from './lookup.ts';
import type { PlannedAccess } from './plan-access.ts';
import { planAccess } from './plan-access.ts';
import type { PlannedCall } from './plan-calls.ts';
import { planCalls } from './plan-calls.ts';

export interface PlanTarget extends ConfigTarget {
  /**
   * The environment that will be read; keys that it supplies are not fetched.
   * @defaultValue none is supplied
   */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** One key and where it is looked for. */
export interface PlannedKey {
  readonly key: string;
  readonly secret: boolean;
  /** The environment variable, when the environment is a source. */
  readonly env?: string;
  /**
   * The parameter's name, with its version or label behind a colon, when Parameter Store is a
   * source and holds it.
   */
  readonly parameter?: string;
  /** The parameter is a SecureString. */
  readonly secure?: true;
  /** The secret's id, for a secret when Secrets Manager is a source. */
  readonly secretId?: string;
  /** The key of that secret's JSON that is read. */
  readonly jsonKey?: string;
  /** The version that is read, when it is not the current one. */
  readonly versionStage?: string;
  readonly optional: boolean;
  readonly hasDefault: boolean;
  /**
   * The default as the text that loads back to it; absent for a secret and for a default that no
   * text gives.
   */
  readonly default?: string;
  /** The infrastructure puts that default into Parameter Store. */
  readonly provisioned?: true;
}

export interface ConfigPlan {
  readonly keys: readonly PlannedKey[];
  /** Made all at once: one round trip, but for the pages of GetParametersByPath. */
  readonly calls: readonly PlannedCall[];
  /** The permissions that the calls need. */
  readonly access: readonly PlannedAccess[];
}

/** Stands for a stage that is chosen at deploy time. */
const STAGE_PLACEHOLDER = '{stage}';

/**
 * The whole plan of a definition; pure. For infrastructure and the command line, in a file that
 * the bundles of functions leave out.
 *
 * @param sections - sections that are read as a whole; a permission names the path of each instead
 * of its keys
 */
export function template(
  leaves: readonly ConfigLeaf[],
  sources: readonly ConfigSource[],
  target: PlanTarget,
  sections: readonly string[] = [],
): ConfigPlan {
  assertTarget(target, STAGE_PLACEHOLDER);
  const keys = leaves.map((leaf) => plannedKey(leaf, sources, target));
  const fetched = leaves.filter((leaf) => !suppliedAbove(leaf, sources, target.env));
  const calls = planCalls(fetched, sources, target);
  return { keys, calls, access: planAccess(calls, fetched, target, sections) };
}

function plannedKey(leaf: ConfigLeaf, sources: readonly ConfigSource[], target: ConfigTarget): PlannedKey {
  const has = (kind: ConfigSource['kind']) => sources.some((source) => source.kind === kind);
  const text = defaultText(leaf);
  return {
    key: leaf.key,
    secret: leaf.secret,
    ...(has('env') ? { env: leaf.env } : {}),
    ...(has(leaf.place.in) ? placeFields(leaf, target) : {}),
    optional: leaf.optional,
    hasDefault: leaf.hasDefault,
    ...(text === undefined ? {} : { default: text }),
    ...(leaf.provisioned ? { provisioned: true } : {}),
  };
}

function placeFields({ place }: ConfigLeaf, target: ConfigTarget): Partial<PlannedKey> {
  if (place.in === 'parameterStore') {
    const parameter = atTarget(place.name, target) + place.selector;
    return place.secure ? { parameter, secure: true } : { parameter };
  }
  const { jsonKey, versionStage } = place;
  return {
    secretId: atTarget(place.id, target),
    ...(jsonKey === undefined ? {} : { jsonKey }),
    ...(versionStage === undefined ? {} : { versionStage }),
  };
}

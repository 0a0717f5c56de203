import { defaultText } from './schema/default-text.ts';
import type { ConfigLeaf } from './schema/leaf.ts';
import type { ConfigTarget } from './schema/names.ts';
import { assertTarget, parameterName, secretId } from './schema/names.ts';
import type { ConfigSource } from './sources/source.ts';
import { valueAt } from './value-at.ts';

export interface PlanTarget extends ConfigTarget {
  /** The environment that will be read; keys that it supplies are not fetched. @defaultValue none is supplied */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** One key and where it is looked for. */
export interface PlannedKey {
  readonly key: string;
  readonly secret: boolean;
  /** The environment variable, when the environment is a source. */
  readonly env?: string;
  /** The parameter's name, for a plain key when Parameter Store is a source. */
  readonly parameter?: string;
  /** The secret's id, for a secret when Secrets Manager is a source. */
  readonly secretId?: string;
  readonly optional: boolean;
  readonly hasDefault: boolean;
  /** The default as the text that loads back to it; absent for a secret and for a default that no text gives. */
  readonly default?: string;
}

/** One GetParameters call: at most 10 names, secrets by reference, with decryption. */
export interface PlannedCall {
  readonly service: 'ssm';
  readonly operation: 'GetParameters';
  readonly names: readonly string[];
}

export interface ConfigPlan {
  readonly keys: readonly PlannedKey[];
  /** Made all at once: one round trip. */
  readonly calls: readonly PlannedCall[];
}

/** GetParameters takes 10 names. */
const NAMES_PER_CALL = 10;

/** What stands for a stage that is chosen at deploy time. */
const STAGE_PLACEHOLDER = '{stage}';

/** GetParameters reads a secret by this name, with the caller's permissions on the secret. */
export const REFERENCE = '/aws/reference/secretsmanager/';

/** The name that GetParameters knows a leaf by, or `undefined` when no store among the sources holds it. */
export function storeName(
  leaf: ConfigLeaf,
  sources: readonly ConfigSource[],
  target: ConfigTarget,
): string | undefined {
  const kind = leaf.secret ? 'secretsManager' : 'parameterStore';
  if (!sources.some((source) => source.kind === kind)) return undefined;
  return leaf.secret ? REFERENCE + secretId(leaf.path, target) : parameterName(leaf.path, target);
}

/** The calls that fetch `leaves`: plain parameters first, then secrets, so that few calls mix the two. */
export function planCalls(
  leaves: readonly ConfigLeaf[],
  sources: readonly ConfigSource[],
  target: ConfigTarget,
): PlannedCall[] {
  const ordered = [...leaves.filter((leaf) => !leaf.secret), ...leaves.filter((leaf) => leaf.secret)];
  const names = ordered.map((leaf) => storeName(leaf, sources, target)).filter((name) => name !== undefined);
  const calls: PlannedCall[] = [];
  for (let from = 0; from < names.length; from += NAMES_PER_CALL) {
    calls.push({ service: 'ssm', operation: 'GetParameters', names: names.slice(from, from + NAMES_PER_CALL) });
  }
  return calls;
}

/** Whether the leaf has a value at hand that wins over the stores. */
export function suppliedAbove(leaf: ConfigLeaf, sources: readonly ConfigSource[], env: PlanTarget['env']): boolean {
  return sources.some((source) => {
    if (source.kind === 'env') return (env?.[leaf.env] ?? '') !== '';
    if (source.kind === 'memory') return valueAt(source.values, leaf) !== undefined;
    return false;
  });
}

/** The whole plan of a definition; pure. */
export function planConfig(
  leaves: readonly ConfigLeaf[],
  sources: readonly ConfigSource[],
  target: PlanTarget,
): ConfigPlan {
  assertTarget(target, STAGE_PLACEHOLDER);
  const has = (kind: ConfigSource['kind']) => sources.some((source) => source.kind === kind);
  const keys = leaves.map((leaf): PlannedKey => {
    const text = defaultText(leaf);
    return {
      key: leaf.key,
      secret: leaf.secret,
      ...(has('env') ? { env: leaf.env } : {}),
      ...(!leaf.secret && has('parameterStore') ? { parameter: parameterName(leaf.path, target) } : {}),
      ...(leaf.secret && has('secretsManager') ? { secretId: secretId(leaf.path, target) } : {}),
      optional: leaf.optional,
      hasDefault: leaf.hasDefault,
      ...(text === undefined ? {} : { default: text }),
    };
  });
  const fetched = leaves.filter((leaf) => !suppliedAbove(leaf, sources, target.env));
  return { keys, calls: planCalls(fetched, sources, target) };
}

import type { ConfigLeaf } from '../schema/leaf.ts';
import type { ConfigTarget } from '../schema/names.ts';
import { atTarget } from '../schema/names.ts';
import type { ConfigSource } from '../sources/sources.ts';
import { valueAt } from '../value-at.ts';

/** GetParameters reads a secret by this name, with the caller's permissions on the secret. */
export const REFERENCE = '/aws/reference/secretsmanager/';

/**
 * Characters of a parameter's name (PutParameter, "Name") and of a secret's (CreateSecret, "Name").
 */
const MAX_PARAMETER_NAME = 1_011;
const MAX_SECRET_NAME = 512;

/**
 * How a leaf is asked for, and the name that the answer is filed under. Leaves of one secret share
 * a lookup.
 */
export interface Lookup {
  readonly operation: 'GetParameters' | 'GetParametersByPath' | 'BatchGetSecretValue' | 'GetSecretValue';
  /** A parameter's name with its selector, a reference, or a secret's id with `@` and its stage. */
  readonly name: string;
  /** A parameter's name without a selector, or a secret's id: what a permission names. */
  readonly resource: string;
  readonly versionStage?: string;
}

/** The lookup of a leaf, or `undefined` when no store among the sources holds it. */
export function lookupOf(
  { place }: ConfigLeaf,
  sources: readonly ConfigSource[],
  target: ConfigTarget,
): Lookup | undefined {
  if (place.in === 'parameterStore') {
    const source = sources.find(({ kind }) => kind === 'parameterStore');
    if (source?.kind !== 'parameterStore') return undefined;
    const resource = sized(atTarget(place.name, target), MAX_PARAMETER_NAME, target);
    // By path there are no versions, and nothing outside of the path.
    const byPath = source.byPath && place.selector === '' && resource.startsWith(pathOf(target));
    return {
      operation: byPath ? 'GetParametersByPath' : 'GetParameters',
      name: resource + place.selector,
      resource,
    };
  }
  const source = sources.find(({ kind }) => kind === 'secretsManager');
  if (source?.kind !== 'secretsManager') return undefined;
  const resource = sized(atTarget(place.id, target), MAX_SECRET_NAME, target);
  // A reference is a parameter's name and holds its characters only: neither an ARN nor
  // `rds!cluster-...`.
  const byReference = /^[A-Za-z0-9_./-]+$/.test(resource.replaceAll('{stage}', ''));
  // A batch gives the current version only; a reference to a stage that is not there would reject
  // its whole call.
  if (place.versionStage !== undefined || (!byReference && !source.batch)) {
    const { versionStage = 'AWSCURRENT' } = place;
    return { operation: 'GetSecretValue', name: `${resource}@${versionStage}`, resource, versionStage };
  }
  return { operation: source.batch ? 'BatchGetSecretValue' : 'GetParameters', name: REFERENCE + resource, resource };
}

function sized(name: string, most: number, { app, stage }: ConfigTarget): string {
  if (name.length <= most) return name;
  throw new TypeError(
    `Cannot name config of ${app} (stage ${stage}): ${name.slice(0, 60)}... has ${name.length} characters, and the store takes ${most}`,
  );
}

/** The path of GetParametersByPath. */
export function pathOf({ app, stage }: ConfigTarget): string {
  return `/${app}/${stage}/`;
}

/** Whether the leaf has a value at hand that wins over the stores. */
export function suppliedAbove(
  leaf: ConfigLeaf,
  sources: readonly ConfigSource[],
  env: Readonly<Record<string, string | undefined>> | undefined,
): boolean {
  return sources.some((source) => {
    if (source.kind === 'env') return (env?.[leaf.env] ?? '') !== '';
    if (source.kind === 'memory') return valueAt(source.values, leaf) !== undefined;
    return false;
  });
}

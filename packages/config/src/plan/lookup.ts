import type { ConfigLeaf } from '../schema/leaf.ts';
import type { ConfigTarget } from '../schema/names.ts';
import { atTarget } from '../schema/names.ts';
import type { ConfigSource } from '../sources/source.ts';

/** GetParameters reads a secret by this name, with the caller's permissions on the secret. */
export const REFERENCE = '/aws/reference/secretsmanager/';

/** How a leaf is asked for, and the name that the answer is filed under. Leaves of one secret share a lookup. */
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
    const resource = atTarget(place.name, target);
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
  const resource = atTarget(place.id, target);
  // A reference and a batch both give the current version and no other.
  if (place.versionStage !== undefined) {
    const { versionStage } = place;
    return { operation: 'GetSecretValue', name: `${resource}@${versionStage}`, resource, versionStage };
  }
  return { operation: source.batch ? 'BatchGetSecretValue' : 'GetParameters', name: REFERENCE + resource, resource };
}

/** What GetParametersByPath is asked for. */
export function pathOf({ app, stage }: ConfigTarget): string {
  return `/${app}/${stage}/`;
}

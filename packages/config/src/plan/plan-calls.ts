import type { ConfigLeaf } from '../schema/leaf.ts';
import type { ConfigTarget } from '../schema/names.ts';
import type { ConfigSource } from '../sources/sources.ts';
import type { Lookup } from './lookup.ts';
import { lookupOf, pathOf, REFERENCE } from './lookup.ts';

/** At most 10 names, secrets by reference, with decryption. */
export interface GetParametersCall {
  readonly service: 'ssm';
  readonly operation: 'GetParameters';
  readonly names: readonly string[];
}

/** Every page. `names` are those that the call is made for. */
export interface GetParametersByPathCall {
  readonly service: 'ssm';
  readonly operation: 'GetParametersByPath';
  readonly path: string;
  readonly names: readonly string[];
}

/** At most 20 ids. */
export interface BatchGetSecretValueCall {
  readonly service: 'secretsmanager';
  readonly operation: 'BatchGetSecretValue';
  readonly names: readonly string[];
}

/** One secret at a version stage. */
export interface GetSecretValueCall {
  readonly service: 'secretsmanager';
  readonly operation: 'GetSecretValue';
  readonly names: readonly [string];
  readonly versionStage: string;
}

export type PlannedCall = GetParametersCall | GetParametersByPathCall | BatchGetSecretValueCall | GetSecretValueCall;

/** GetParameters takes 10 names. */
const NAMES_PER_CALL = 10;
/** BatchGetSecretValue takes 20 ids. */
const SECRETS_PER_CALL = 20;

/**
 * The calls that fetch `leaves`: plain parameters first, then secrets, so that few calls mix the
 * two.
 */
export function planCalls(
  leaves: readonly ConfigLeaf[],
  sources: readonly ConfigSource[],
  target: ConfigTarget,
): PlannedCall[] {
  const lookups = new Map<string, Lookup>();
  for (const leaf of leaves) {
    const lookup = lookupOf(leaf, sources, target);
    if (lookup !== undefined) lookups.set(lookup.name, lookup);
  }
  const of = (operation: Lookup['operation']) => [...lookups.values()].filter((one) => one.operation === operation);
  const parameters = of('GetParameters').map(({ name }) => name);
  const isSecret = (name: string) => name.startsWith(REFERENCE);
  const ordered = [...parameters.filter((name) => !isSecret(name)), ...parameters.filter(isSecret)];
  const byPath = of('GetParametersByPath').map(({ name }) => name);
  return [
    ...slices(ordered, NAMES_PER_CALL).map(
      (names): PlannedCall => ({ service: 'ssm', operation: 'GetParameters', names }),
    ),
    ...(byPath.length === 0
      ? []
      : [{ service: 'ssm', operation: 'GetParametersByPath', path: pathOf(target), names: byPath } as const]),
    ...slices(
      of('BatchGetSecretValue').map(({ resource }) => resource),
      SECRETS_PER_CALL,
    ).map((names): PlannedCall => ({ service: 'secretsmanager', operation: 'BatchGetSecretValue', names })),
    ...of('GetSecretValue').map(
      ({ resource, versionStage = 'AWSCURRENT' }): PlannedCall => ({
        service: 'secretsmanager',
        operation: 'GetSecretValue',
        names: [resource],
        versionStage,
      }),
    ),
  ];
}

function slices(names: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(names.length / size) }, (_, at) => names.slice(at * size, (at + 1) * size));
}

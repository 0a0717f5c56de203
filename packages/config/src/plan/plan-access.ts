import type { ConfigLeaf } from '../schema/leaf.ts';
import type { ConfigTarget } from '../schema/names.ts';
import { atTarget } from '../schema/names.ts';
import { REFERENCE } from './lookup.ts';
import type { PlannedCall } from './plan-calls.ts';

/** One IAM action that the planned calls take, and on what. */
export interface PlannedAccess {
  readonly action:
    | 'ssm:GetParameters'
    | 'ssm:GetParametersByPath'
    | 'secretsmanager:GetSecretValue'
    | 'secretsmanager:BatchGetSecretValue'
    | 'kms:Decrypt';
  /**
   * `kms:Decrypt` is for the key of these parameters. BatchGetSecretValue itself has no resource.
   */
  readonly on: 'parameters' | 'secrets' | 'keyOfParameters' | 'anything';
  /**
   * Parameters' names without selectors, or secrets' ids; all under a path where one ends with
   * `/*`.
   */
  readonly names: readonly string[];
}

/**
 * The permissions that the calls take, no more: a reference is authorized twice, as a parameter and
 * as the secret ("Referencing AWS Secrets Manager secrets from Parameter Store parameters");
 * GetParametersByPath on the path only.
 */
export function planAccess(
  calls: readonly PlannedCall[],
  leaves: readonly ConfigLeaf[],
  target: ConfigTarget,
  sections: readonly string[] = [],
): PlannedAccess[] {
  const names = (operation: PlannedCall['operation']) =>
    calls.flatMap((call) => (call.operation === operation ? call.names : []));
  const inParameters = names('GetParameters').map(withoutSelector);
  const references = inParameters.flatMap((name) => /^\/aws\/reference\/secretsmanager\/(.*)$/.exec(name)?.[1] ?? []);
  const batched = names('BatchGetSecretValue');
  const secure = leaves.flatMap(({ place }) =>
    place.in === 'parameterStore' && place.secure ? [atTarget(place.name, target)] : [],
  );
  const fetched = new Set([...inParameters, ...names('GetParametersByPath')]);
  const all: PlannedAccess[] = [
    { action: 'ssm:GetParameters', on: 'parameters', names: inParameters },
    {
      action: 'ssm:GetParametersByPath',
      on: 'parameters',
      names: calls.flatMap((call) => (call.operation === 'GetParametersByPath' ? [call.path.replace(/\/$/, '')] : [])),
    },
    {
      action: 'secretsmanager:GetSecretValue',
      on: 'secrets',
      names: [...references, ...batched, ...names('GetSecretValue')],
    },
    { action: 'secretsmanager:BatchGetSecretValue', on: 'anything', names: batched },
    { action: 'kms:Decrypt', on: 'keyOfParameters', names: secure.filter((name) => fetched.has(name)) },
  ];
  const below = sections.map((section) => `${target.app}/${target.stage}/${section.replaceAll('.', '/')}/`);
  const inSection = (name: string) => {
    const path = below.find((one) => name.replace(REFERENCE, '').replace(/^\//, '').startsWith(one));
    return path === undefined ? name : `${name.slice(0, name.indexOf(path))}${path}*`;
  };
  return all.flatMap(({ names: exact, ...access }) => {
    // An encryption context is compared as text.
    const names = access.on === 'keyOfParameters' ? exact : exact.map(inSection);
    return names.length === 0 ? [] : [{ ...access, names: [...new Set(names)] }];
  });
}

function withoutSelector(name: string): string {
  return name.replace(/:[^:/]*$/, '');
}

import type { ManifestComponent } from 'twelvefold/manifest';
import type { Attached } from '../data/add-resources.ts';
import { pascalCase } from '../template/pascal-case.ts';
import type { Statement } from './policy-document.ts';

/**
 * The permissions of components on resources: one statement per resource, with the actions of all
 * components.
 */
export function grantStatements(
  components: readonly ManifestComponent[],
  attached: ReadonlyMap<string, Attached>,
): Statement[] {
  const actions = new Map<string, Set<string>>();
  for (const grant of components.flatMap(({ grants }) => grants)) {
    const known = actions.get(grant.resource) ?? new Set();
    for (const action of grant.actions) known.add(action);
    actions.set(grant.resource, known);
  }
  return [...attached].flatMap(([key, { arns }]) => {
    const granted = [...(actions.get(key) ?? [])];
    return granted.length > 0
      ? [
          {
            Sid: `Use${pascalCase(key)}`,
            Effect: 'Allow' as const,
            Action: granted,
            Resource: arns.length === 1 ? arns[0] : arns,
          },
        ]
      : [];
  });
}

import type { ManifestComponent } from 'twelvefold/manifest';
import type { Attached } from '../data/attached.ts';
import { pascalCase } from '../template/pascal-case.ts';
import type { Statement } from './policy-document.ts';

/** What the components may do with attached resources: one statement per resource, with the actions of all of them. */
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
  return [...attached].flatMap(([key, { arn }]) => {
    const granted = [...(actions.get(key) ?? [])];
    return granted.length > 0
      ? [{ Sid: `Use${pascalCase(key)}`, Effect: 'Allow' as const, Action: granted, Resource: arn }]
      : [];
  });
}

import type { ManifestComponent } from 'twelvefold/manifest';
import type { Attached } from '../data/add-resources.ts';
import { pascalCase } from '../template/pascal-case.ts';
import type { Statement } from './policy-document.ts';

/**
 * The permissions of components on resources: one statement per resource, with the actions of all
 * components, and one per part of a resource that some component has actions on.
 */
export function grantStatements(
  components: readonly ManifestComponent[],
  attached: ReadonlyMap<string, Attached>,
): Statement[] {
  const grants = components.flatMap((component) => component.grants);
  const actionsOn = (key: string, part: string | undefined) => [
    ...new Set(grants.filter((one) => one.resource === key && one.part === part).flatMap(({ actions }) => actions)),
  ];
  return [...attached].flatMap(([key, { arns, parts }]) => [
    ...statement(`Use${pascalCase(key)}`, actionsOn(key, undefined), arns),
    ...[...parts].flatMap(([part, arn]) =>
      statement(`Use${pascalCase(key)}${pascalCase(part)}`, actionsOn(key, part), [arn]),
    ),
  ]);
}

function statement(Sid: string, actions: readonly string[], arns: readonly unknown[]): Statement[] {
  if (actions.length === 0) return [];
  return [{ Sid, Effect: 'Allow', Action: actions, Resource: arns.length === 1 ? arns[0] : arns }];
}

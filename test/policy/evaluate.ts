import type { ProvisionedStack, RecordedCall } from '@twelvefold/local';

/** One Allow statement of a role in the template, intrinsics resolved. */
export interface Allow {
  readonly role: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
}

const list = (value: string | string[] | undefined) =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** Every Allow statement of the template's roles and policies, by the role's logical id. */
export function allowsOf(stack: ProvisionedStack): Allow[] {
  const read = (role: string, document: unknown) =>
    list((document as { Statement?: Statement[] } | undefined)?.Statement as never).map((statement) => {
      const { Effect, Action, Resource } = statement as unknown as Statement; // IAM's own grammar
      if (Effect !== 'Allow') throw new Error(`A ${Effect} statement in ${role}: teach the evaluator before using one`);
      return { role, actions: list(Action), resources: list(Resource) };
    });
  const logicalIdOf = (physicalId: string) =>
    stack.resources.find((one) => one.physicalId === physicalId)?.logicalId ?? physicalId;
  return stack.resources.flatMap(({ logicalId, type, properties }) => {
    if (type === 'AWS::IAM::Role') {
      const policies = (properties.Policies ?? []) as Array<{ PolicyDocument: unknown }>; // CloudFormation's shape
      return policies.flatMap(({ PolicyDocument }) => read(logicalId, PolicyDocument));
    }
    if (type === 'AWS::IAM::Policy') {
      const roles = (properties.Roles ?? []) as string[]; // CloudFormation's shape
      return roles.flatMap((role) => read(logicalIdOf(role), properties.PolicyDocument));
    }
    return [];
  });
}

/** Whether a statement allows an action on a resource. The only wildcard of the template ends the path of a section of the config. */
export function covers({ actions, resources }: Allow, action: string, resource: string): boolean {
  return (
    actions.includes(action) &&
    resources.some((one) => one === resource || (one.endsWith('/*') && resource.startsWith(one.slice(0, -1))))
  );
}

/** The calls that no statement of `allows` covers, as readable lines. */
export function denied(calls: readonly RecordedCall[], allows: readonly Allow[]): string[] {
  const lines = calls.flatMap(({ component, operation, touched }) =>
    touched
      .filter(({ action, resource }) => !allows.some((allow) => covers(allow, action, resource)))
      .map(({ action, resource }) => `${component}: ${operation} needs ${action} on ${resource}`),
  );
  return [...new Set(lines)];
}

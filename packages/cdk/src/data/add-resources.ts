import { pascalCase } from '@twelvefold/core/internal';
import type { RemovalPolicy } from 'aws-cdk-lib';
import { CfnResource, Token } from 'aws-cdk-lib';
import type { Connections, IVpc, Port } from 'aws-cdk-lib/aws-ec2';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { Manifest, ManifestComponent, ManifestResource } from 'twelvefold/manifest';
import { atStage, valueAtStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';

/** The resource that a handler of {@link Kinds} made or looked up. */
export interface ProvidedResource {
  /** The construct to change where there is no option for it. */
  readonly resource?: Construct;
  /** ARNs for policies; needed when a component has actions on it. */
  readonly arns?: readonly string[];
  /** ARNs of parts, such as indexes, by name; needed when a component has actions on a part. */
  readonly parts?: Readonly<Record<string, string>>;
  /** URL, ARN or name; needed when the manifest has a binding for it. */
  readonly binding?: string;
  /** For a resource in a VPC: components that use it are placed there and may reach it. */
  readonly network?: ResourceNetwork;
}

/** How components reach a resource in a VPC. */
export interface ResourceNetwork {
  readonly vpc: IVpc;
  /** Of the resource: components are let in by their security groups. */
  readonly connections: Connections;
  readonly port: Port;
}

/** Handlers that make resources in place of the manifest, by kind. */
export type Kinds = Readonly<Record<string, (scope: Construct, resource: ManifestResource) => ProvidedResource>>;

/** A resource of the manifest in the template. */
export interface Attached {
  readonly declared: ManifestResource;
  readonly resource: Construct | undefined;
  /** Named by policies. */
  readonly arns: readonly unknown[];
  /** ARNs of parts, such as indexes, by name. */
  readonly parts: ReadonlyMap<string, unknown>;
  /** The value of its binding. */
  readonly value: string | undefined;
  readonly network?: ResourceNetwork;
}

/**
 * Adds the resources of a manifest, and a parameter with the binding of each: for processes whose
 * environment has none.
 *
 * @throws TypeError for a handler whose resource lacks an ARN or a value that the manifest needs.
 */
export function addResources(
  scope: Construct,
  { resources, components }: Manifest,
  { kinds, removalPolicy }: { kinds: Kinds; removalPolicy: RemovalPolicy },
): ReadonlyMap<string, Attached> {
  const attached = new Map<string, Attached>();
  const created = new Map<string, CfnResource>();
  const grants = components.flatMap((component) => component.grants);
  for (const declared of resources) {
    const handler = Object.hasOwn(kinds, declared.kind) ? kinds[declared.kind] : undefined;
    if (handler) attached.set(declared.key, provided(declared, handler(scope, declared), grants));
    else {
      const [resource] = addCloudFormation(scope, declared, removalPolicy, created);
      const from = declared.binding?.from;
      attached.set(declared.key, {
        declared,
        resource,
        arns: (declared.arns ?? []).map(valueAtStage),
        parts: new Map(Object.entries(declared.parts ?? {}).map(([name, arn]) => [name, valueAtStage(arn)])),
        value: from === undefined ? undefined : Token.asString(valueAtStage(from)),
      });
    }
  }
  for (const { declared, value } of attached.values()) {
    if (declared.binding === undefined || value === undefined) continue;
    named(
      new CfnParameter(scope, `${pascalCase(declared.key)}Binding`, {
        name: atStage(declared.binding.parameter),
        type: 'String',
        value,
        description: `The ${declared.binding.value} of the ${declared.kind} ${declared.key}`,
      }),
    );
  }
  return attached;
}

function provided(declared: ManifestResource, given: ProvidedResource, grants: ManifestComponent['grants']): Attached {
  const { key, kind, binding } = declared;
  const { resource, arns = [], parts = {}, network } = given;
  const resourceGrants = grants.filter((grant) => grant.resource === key);
  const named = new Set(resourceGrants.flatMap(({ part }) => part ?? []));
  const lacking = [
    ...(resourceGrants.some(({ part }) => part === undefined) && arns.length === 0 ? ['arns'] : []),
    ...[...named].filter((part) => !Object.hasOwn(parts, part)).map((part) => `parts.${part}`),
    ...(binding !== undefined && given.binding === undefined ? ['binding'] : []),
  ];
  if (lacking.length > 0) {
    throw new TypeError(`Cannot add the resource '${key}': kinds.${kind} returned no ${lacking.join(' and no ')}`);
  }
  return {
    declared,
    resource,
    arns,
    parts: new Map(Object.entries(parts)),
    value: given.binding,
    ...(network && { network }),
  };
}

/** Adds what the manifest describes of a resource: the resource first. */
export function addCloudFormation(
  scope: Construct,
  { cloudFormation = [] }: ManifestResource,
  removalPolicy: RemovalPolicy,
  resources: Map<string, CfnResource>,
): CfnResource[] {
  return cloudFormation.map(({ id, type, properties, dependsOn = [], keepsData = false }) => {
    const resource = named(new CfnResource(scope, id, { type, properties: valueAtStage(properties) as object }));
    if (keepsData) resource.applyRemovalPolicy(removalPolicy);
    for (const other of dependsOn.flatMap((one) => resources.get(one) ?? [])) resource.addResourceDependency(other);
    resources.set(id, resource);
    return resource;
  });
}

/** Networks of the resources that components use. */
export function networksOf(
  components: ReadonlyArray<Pick<ManifestComponent, 'uses'>>,
  attached: ReadonlyMap<string, Attached>,
): ResourceNetwork[] {
  const used = new Set(components.flatMap(({ uses }) => uses));
  return [...used].flatMap((key) => attached.get(key)?.network ?? []);
}

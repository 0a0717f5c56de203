import { Annotations, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { FunctionContext } from './compute/add-function.ts';
import { addFunction } from './compute/add-function.ts';
import { addService } from './compute/add-service.ts';
import type { Compute } from './compute/compute.ts';
import { placementsOf } from './compute/placements-of.ts';
import { addConfig } from './data/add-config.ts';
import { addResources } from './data/add-resources.ts';
import type { TwelveFactorAppProps } from './props.ts';
import { assertProps } from './props.ts';
import { addCodeParameters, addImageParameters, addStageParameter } from './template/parameters.ts';

/**
 * Everything that an app needs on AWS, from its manifest: resources with bindings, config,
 * functions, the service's task definition, and a role each with exactly what `uses` declares.
 *
 * One to a stack: logical ids come from the manifest's keys alone (`OrdersQueue`), and the stack
 * has one `Stage` parameter. The members are CDK's own constructs, to be changed where this
 * construct has no option for it.
 *
 * @throws TypeError listing every fault of the manifest and of `compute` at once, before anything
 * is made.
 * @example
 * ```ts
 * import { App, Stack } from 'aws-cdk-lib';
 *
 * const stack = new Stack(new App(), 'Orders');
 * const compute = { http: fargate(), orders: [lambda(), fargate()] };
 * new TwelveFactorApp(stack, 'Orders', { manifest, compute });
 * ```
 */
export class TwelveFactorApp extends Construct {
  /** The resources of the manifest, by key: a `CfnResource`, or what the kind's handler gave. */
  readonly resources: ReadonlyMap<string, Construct>;
  /** By config key. */
  readonly secrets: ReadonlyMap<string, CfnSecret>;
  /** By component name. */
  readonly functions: ReadonlyMap<string, CfnFunction>;
  /** The task definition that runs the components placed on Fargate. */
  readonly service: CfnTaskDefinition | undefined;

  constructor(scope: Construct, id: string, props: TwelveFactorAppProps) {
    assertProps(props);
    const stack = Stack.of(scope);
    if (stack.node.findAll().some((other) => other instanceof TwelveFactorApp)) {
      throw new TypeError(
        `Cannot add the app '${props.manifest.app}' to the stack ${stack.stackName}: it has an app, and takes one`,
      );
    }
    super(scope, id);
    const { manifest, compute, removalPolicy = RemovalPolicy.RETAIN } = props;
    for (const note of manifest.notes ?? []) Annotations.of(this).addInfoV2('twelvefold:note', note);
    const { logRetention = RetentionDays.ONE_MONTH } = props;

    addStageParameter(this);
    const attached = addResources(this, manifest, { kinds: props.kinds ?? {}, removalPolicy });
    this.resources = new Map([...attached].flatMap(([key, { resource }]) => (resource ? [[key, resource]] : [])));
    this.secrets = addConfig(this, manifest.config, removalPolicy);

    const common = { manifest, attached, secrets: this.secrets, logRetention };
    this.functions = addFunctions(this, compute, common);
    const components = manifest.components.filter(({ name }) =>
      placementsOf(compute, name).some(({ host }) => host === 'fargate'),
    );
    this.service =
      components.length === 0
        ? undefined
        : addService(this, {
            ...common,
            components,
            image: addImageParameters(this, manifest.app),
            options: props.service ?? {},
          });
  }
}

function addFunctions(
  scope: Construct,
  compute: Compute,
  context: Omit<FunctionContext, 'code'>,
): ReadonlyMap<string, CfnFunction> {
  const placed = context.manifest.components.flatMap((component) => {
    const placement = placementsOf(compute, component.name).find(({ host }) => host === 'lambda');
    return placement?.host === 'lambda' ? [{ component, placement }] : [];
  });
  if (placed.length === 0) return new Map();
  const code = addCodeParameters(scope, context.manifest.app);
  return new Map(
    placed.map(({ component, placement }) => [
      component.name,
      addFunction(scope, component, placement, { ...context, code }),
    ]),
  );
}

import { Annotations, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Manifest } from 'twelvefold/manifest';
import { addImage } from './compute/app-image.ts';
import type { ContainerTask } from './compute/container.ts';
import type { ComponentFunction, FunctionContext } from './compute/function.ts';
import { addFunction } from './compute/function.ts';
import { fargatePlacement, lambdaPlacement } from './compute/placement.ts';
import type { AppService } from './compute/service.ts';
import { addService } from './compute/service.ts';
import type { AppSupervisor } from './compute/supervisor.ts';
import { addSupervisor } from './compute/supervisor.ts';
import { addCluster, addTask, addTaskNetwork } from './compute/tasks.ts';
import { addConfig } from './data/add-config.ts';
import { addResources } from './data/add-resources.ts';
import { addDataKey, encryptWith } from './data/data-key.ts';
import type { TwelveFactorAppProps } from './props.ts';
import { assertProps } from './props.ts';
import { assertLimits } from './template/limits.ts';
import { addCodeParameters, addReleaseParameter, addStageParameter } from './template/parameters.ts';

/**
 * Everything that an app needs on AWS, from its manifest: resources with bindings, config,
 * functions, the service with its load balancer, tasks, and a role each with exactly what `uses`
 * declares.
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
  readonly manifest: Manifest;
  /** The resources of the manifest, by key: a `CfnResource`, or what the kind's handler gave. */
  readonly resources: ReadonlyMap<string, Construct>;
  /** By config key. */
  readonly secrets: ReadonlyMap<string, CfnSecret>;
  /** By component name. */
  readonly functions: ReadonlyMap<string, ComponentFunction>;
  /** The service that runs the fronts and consumers placed on Fargate. */
  readonly service: AppService | undefined;
  /** The task definitions of tasks placed on Fargate, by component name. */
  readonly tasks: ReadonlyMap<string, ContainerTask>;
  /** The key of everything that keeps data, where there is one. */
  readonly dataKey: IKey | undefined;
  /** Starts the runs of tasks; undefined for an app without records of runs. */
  readonly supervisor: AppSupervisor | undefined;

  constructor(scope: Construct, id: string, props: TwelveFactorAppProps) {
    assertProps(props);
    const stack = Stack.of(scope);
    if (stack.node.findAll().some((other) => other instanceof TwelveFactorApp)) {
      throw new TypeError(
        `Cannot add the app '${props.manifest.app}' to the stack ${stack.stackName}: it has an app, and takes one`,
      );
    }
    super(scope, id);
    this.manifest = props.manifest;
    const { manifest, compute, removalPolicy = RemovalPolicy.RETAIN } = props;
    for (const note of manifest.notes ?? []) Annotations.of(this).addInfoV2('twelvefold:note', note);
    const { logRetention = RetentionDays.ONE_MONTH } = props;

    assertLimits(this);
    addStageParameter(this);
    const attached = addResources(this, manifest, { kinds: props.kinds ?? {}, removalPolicy });
    this.resources = new Map([...attached].flatMap(([key, { resource }]) => (resource ? [[key, resource]] : [])));
    this.secrets = addConfig(this, manifest.config, removalPolicy);

    const release = manifest.supervisor && addReleaseParameter(this).valueAsString;
    const dataKey = props.dataKey === 'new' ? addDataKey(this, manifest.app) : props.dataKey;
    this.dataKey = dataKey;
    const common = { manifest, attached, secrets: this.secrets, logRetention, release, dataKey };
    const onLambda = manifest.components.flatMap((component) => {
      const placement = lambdaPlacement(compute, component.name);
      return placement ? [{ component, placement }] : [];
    });
    const code = onLambda.length > 0 || manifest.supervisor ? codeOf(this, props) : undefined;
    this.functions = new Map(
      code
        ? onLambda.map(({ component, placement }) => [
            component.name,
            addFunction(this, component, placement, { ...common, code }),
          ])
        : [],
    );

    const onFargate = manifest.components.filter(({ name }) => fargatePlacement(compute, name) !== undefined);
    const components = onFargate.filter(({ trigger }) => trigger.kind !== 'invoke');
    const tasks = onFargate.filter(({ trigger }) => trigger.kind === 'invoke');
    const image = onFargate.length > 0 ? addImage(this, manifest.app, props.image) : undefined;
    const { service: options = {} } = props;
    const { network } = options;
    const cluster = image && network && addCluster(this, network, manifest.app);
    this.service =
      image && components.length > 0 ? addService(this, { ...common, components, image, options, cluster }) : undefined;
    this.tasks = new Map(
      image
        ? tasks.map((component) => [
            component.name,
            addTask(this, { ...common, image }, component, fargatePlacement(compute, component.name) ?? {}),
          ])
        : [],
    );
    const taskNetwork =
      image && network && cluster && tasks.length > 0
        ? addTaskNetwork(this, { ...common, image }, tasks, { cluster, vpc: network.vpc })
        : undefined;
    this.supervisor =
      manifest.supervisor && code && release !== undefined
        ? addSupervisor(this, {
            ...common,
            code,
            release,
            supervisor: manifest.supervisor,
            functions: this.functions,
            tasks: this.tasks,
            network: taskNetwork,
          })
        : undefined;
    if (dataKey) encryptWith(dataKey, this);
  }
}

function codeOf(scope: Construct, { manifest, code }: TwelveFactorAppProps): FunctionContext['code'] {
  if (code?.directory !== undefined) return { directory: code.directory };
  return { ...addCodeParameters(scope, manifest.app), ...(code && { zips: code.zips }) };
}

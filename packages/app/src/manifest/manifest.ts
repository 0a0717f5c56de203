import type { CloudFormationResource, CloudFormationValue, SourceTrigger } from '@twelvefold/backing/internal';

export type { CloudFormationResource, CloudFormationValue };

/**
 * The app as data: what the infrastructure provisions and grants. Everything in it is derived from
 * definitions, `uses` and names. `{stage}` in a string stands for the stage, which is chosen at
 * deploy time.
 */
export interface Manifest {
  readonly version: 2;
  readonly app: string;
  readonly components: readonly ManifestComponent[];
  readonly resources: readonly ManifestResource[];
  readonly config: ManifestConfig;
  /** Starts the legs of runs; absent for an app without records of runs. */
  readonly supervisor?: ManifestSupervisor;
  /**
   * Checks that could not be made when it was built, a sentence each; `twelvefold manifest` prints
   * them on standard error.
   */
  readonly notes?: readonly string[];
}

export interface ManifestComponent {
  /**
   * Lower-case words joined by hyphens: `http`, `orders`, `tasks`. The function is named
   * `{app}-{stage}-{name}`.
   */
  readonly name: string;
  /** The built entry, relative to the bundle folder: `lambda/orders.js`. */
  readonly entry: string;
  readonly export: 'handler';
  readonly trigger:
    | {
        readonly kind: 'http';
        /**
         * Its front streams answers: a function URL of mode RESPONSE_STREAM. Absent for a front
         * that takes them whole.
         */
        readonly streaming?: true;
      }
    | (SourceTrigger & { readonly resource: string })
    | { readonly kind: 'invoke' };
  /** Exact IAM actions by resource key; the role of this component has these and no others. */
  readonly grants: ReadonlyArray<{
    readonly resource: string;
    readonly actions: readonly string[];
    /**
     * The part of the resource that the actions are on, such as an index. Absent for the resource
     * itself.
     */
    readonly part?: string;
  }>;
  /** The config that it reads; absent if it reads none. */
  readonly config?: {
    /** Sections and keys, e.g. `pricing` and `payments.apiKey`. */
    readonly reads: readonly string[];
    /** The permissions that reading them takes, action by action. */
    readonly access: readonly ManifestAccess[];
  };
  /** Keys of the resources that it uses or consumes: its environment has their bindings. */
  readonly uses: readonly string[];
  /**
   * Module specifiers of the drivers that its function opens: the function's bundle can leave out
   * all others of the app.
   */
  readonly modules: readonly string[];
}

/**
 * The function that starts the legs of runs. Its role is the only one that may
 * `lambda:InvokeFunction` on the functions of `tasks`, and `ecs:RunTask` and `iam:PassRole`. A rule
 * invokes it each minute, and one for `ECS Task State Change` with `lastStatus` `STOPPED`; the
 * functions of tasks have `MaximumRetryAttempts` 0.
 */
export interface ManifestSupervisor {
  /** The function is named `{app}-{stage}-supervisor`. */
  readonly name: 'supervisor';
  /** The built entry, relative to the bundle folder. */
  readonly entry: string;
  readonly export: 'handler';
  readonly grants: ManifestComponent['grants'];
  /** The key of the table of runs: its environment has the binding. */
  readonly uses: readonly string[];
  readonly modules: readonly string[];
  /** Names of the components that it starts. */
  readonly tasks: readonly string[];
  /**
   * Of EventBridge Scheduler, with the supervisor's function as their target, and a dead-letter
   * queue.
   */
  readonly schedules: readonly ManifestSchedule[];
}

export interface ManifestSchedule {
  /** e.g. `orders-{stage}-nightly`. */
  readonly name: string;
  readonly task: string;
  /** `cron(...)` or `rate(...)`. */
  readonly expression: string;
  readonly timeZone: string;
  /** `MaximumRetryAttempts`, 0 to 2. */
  readonly retries: number;
  /** The target's input, with context attributes of the scheduler. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** A backing service as data: everything that the infrastructure needs, whatever its kind. */
export interface ManifestResource {
  /**
   * The key in `backing`, e.g. `orders`. The dead-letter queue of `orders` has the key
   * `ordersDeadLetter`.
   */
  readonly key: string;
  /** e.g. `queue`. */
  readonly kind: string;
  /** The kind's driver that the definition chose, e.g. `sqs`. */
  readonly driver: string;
  /** e.g. `orders-{stage}-order-events`. */
  readonly physicalName: string;
  /** Absent for a kind that is reached without one. */
  readonly binding?: {
    /** `TWELVEFOLD_<KEY>_URL`, `_ARN` or `_NAME`. */
    readonly env: string;
    /** `/{app}/{stage}/bindings/<key>` in Parameter Store. */
    readonly parameter: string;
    readonly value: 'url' | 'arn' | 'name';
    /**
     * The value in CloudFormation, e.g. `{ Ref: 'OrdersQueue' }`. Absent when something else than
     * the manifest makes it.
     */
    readonly from?: CloudFormationValue;
  };
  /** Facts of the kind, for other tools. */
  readonly details: Readonly<Record<string, unknown>>;
  /**
   * The schema of its rows or messages as JSON Schema, without annotations:
   * `twelvefold manifest --check` compares it with the last release's. Absent for a schema whose
   * library makes no JSON Schema.
   */
  readonly schema?: unknown;
  /**
   * The ARNs that policies name, in CloudFormation. Absent if the resource is not made from the
   * manifest.
   */
  readonly arns?: readonly CloudFormationValue[];
  /** The ARNs of parts that grants can name, such as the indexes of a table. */
  readonly parts?: Readonly<Record<string, CloudFormationValue>>;
  /**
   * The resource first, then what belongs to it. Absent when something else than the manifest makes
   * it.
   */
  readonly cloudFormation?: readonly CloudFormationResource[];
  /** Module specifiers of all drivers of its kind, also of those that were not chosen. */
  readonly modules: readonly string[];
}

export interface ManifestConfig {
  /** Parameter Store names, e.g. `/orders/{stage}/pricing/taxRate`. */
  readonly parameters: readonly ManifestParameter[];
  /**
   * Secrets Manager ids, e.g. `orders/{stage}/payments/apiKey`. Keys of one secret's JSON share its
   * id.
   */
  readonly secrets: readonly ManifestSecret[];
}

export interface ManifestParameter {
  readonly key: string;
  readonly name: string;
  /** The value that the infrastructure puts there and owns, for a key that is `provisioned`. */
  readonly default?: string;
  /** The stack does not make it: all stages share it, or AWS or another account owns it. */
  readonly shared?: true;
}

export interface ManifestSecret {
  readonly key: string;
  readonly id: string;
  /** The stack does not make it: all stages share it, or AWS or another account owns it. */
  readonly shared?: true;
}

export interface ManifestAccess {
  readonly action: string;
  /**
   * `kms:Decrypt` is for the key of these parameters, whichever it is; what knows no resource is on
   * `anything`.
   */
  readonly on: 'parameters' | 'secrets' | 'keyOfParameters' | 'anything';
  /** Parameters' names, or secrets' ids; a whole section ends with `/*`. */
  readonly names: readonly string[];
}

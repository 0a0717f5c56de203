import type { FilterPolicy } from '@twelvefold/backing';

/**
 * The app as data: what the infrastructure provisions and grants. Everything in it is derived from definitions, `uses`
 * and pure names. `{stage}` in a string stands for the stage, which is chosen at deploy time.
 */
export interface Manifest {
  readonly version: 1;
  readonly app: string;
  readonly components: readonly ManifestComponent[];
  readonly resources: readonly ManifestResource[];
  readonly config: ManifestConfig;
  /** What could not be checked when it was built, a sentence each; `twelvefold manifest` says them on standard error. */
  readonly notes?: readonly string[];
}

export interface ManifestComponent {
  /** Lower-case words joined by hyphens: `http`, `orders`, `tasks`. The function is named `{app}-{stage}-{name}`. */
  readonly name: string;
  /** The built entry, relative to the bundle folder: `lambda/orders.js`. */
  readonly entry: string;
  readonly export: 'handler';
  readonly trigger:
    | { readonly kind: 'http' }
    | { readonly kind: 'queue'; readonly resource: string }
    | { readonly kind: 'invoke' };
  /** Exact IAM actions by resource key; what the role of this component is made of. */
  readonly grants: ReadonlyArray<{ readonly resource: string; readonly actions: readonly string[] }>;
}

interface ResourceBase {
  /** The key in `backing`, e.g. `orders`; a dead-letter queue's key is its queue's with `DeadLetter` behind. */
  readonly key: string;
  /** e.g. `orders-{stage}-order-events`. */
  readonly physicalName: string;
  readonly binding: {
    /** `TWELVEFOLD_<KEY>_URL`, `_ARN` or `_NAME`. */
    readonly env: string;
    /** `/{app}/{stage}/bindings/<key>` in Parameter Store. */
    readonly parameter: string;
    readonly value: 'url' | 'arn' | 'name';
  };
}

export interface ManifestQueue extends ResourceBase {
  readonly kind: 'queue';
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  /** Set on a queue that has a dead-letter queue: its key. */
  readonly deadLetter?: { readonly resource: string; readonly maxReceives: number };
  /** Keys of topics whose messages arrive here, raw. */
  readonly subscribe: readonly string[];
  /** Keeps order within a message group; deduplication and throughput are per group. */
  readonly fifo?: true;
  /** SNS filter policies on message attributes, by the topic's key; a topic without one sends everything. */
  readonly filters?: Readonly<Record<string, FilterPolicy>>;
}

export interface ManifestTopic extends ResourceBase {
  readonly kind: 'topic';
  /** Keeps order within a message group; deduplication and throughput are per group. */
  readonly fifo?: true;
  /** The largest message in bytes, where it is not SNS's own 256 KiB. */
  readonly maxMessageBytes?: number;
}

/** Tables, session stores and idempotency stores alike: all are DynamoDB tables, billed per request. */
export interface ManifestTable extends ResourceBase {
  readonly kind: 'table';
  readonly partitionKey: string;
  readonly sortKey?: string;
  /** The attribute (whole seconds) that TTL reads. */
  readonly ttlAttribute?: string;
}

export type ManifestResource = ManifestQueue | ManifestTopic | ManifestTable;

export interface ManifestConfig {
  /** Parameter Store names, e.g. `/orders/{stage}/pricing/taxRate`. Read by every component. */
  readonly parameters: readonly ManifestParameter[];
  /** Secrets Manager ids, e.g. `orders/{stage}/payments/apiKey`. Read by every component. Keys of one secret's JSON share its id. */
  readonly secrets: readonly ManifestSecret[];
  /** What reading all of it takes, action by action. Absent in manifests of before: then it is made of the two lists. */
  readonly access?: readonly ManifestAccess[];
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
  /** `kms:Decrypt` is for the key of these parameters, whichever it is; what knows no resource is on `anything`. */
  readonly on: 'parameters' | 'secrets' | 'keyOfParameters' | 'anything';
  /** Parameters' names, or secrets' ids. */
  readonly names: readonly string[];
}

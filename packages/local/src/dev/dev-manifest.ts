/** The parts of an app's manifest that `twelvefold dev` reads. `{stage}` stands for the stage. */
export interface DevManifest {
  readonly app: string;
  readonly components: ReadonlyArray<{
    readonly name: string;
    /** Relative to the folder of the built code: `lambda/orders.js`. */
    readonly entry: string;
    readonly export: string;
    readonly trigger: {
      readonly kind: string;
      readonly resource?: string;
      readonly streaming?: true;
      readonly visibilitySeconds?: number;
    };
    readonly uses: readonly string[];
    readonly grants: ReadonlyArray<{ readonly resource: string; readonly actions: readonly string[] }>;
  }>;
  readonly resources: ReadonlyArray<DevResource>;
  readonly config: {
    readonly parameters: ReadonlyArray<{ readonly key: string; readonly name: string; readonly default?: string }>;
    readonly secrets: ReadonlyArray<{ readonly key: string; readonly id: string; readonly shared?: true }>;
  };
}

export interface DevResource {
  readonly key: string;
  readonly kind: string;
  readonly driver: string;
  /** e.g. `orders-{stage}-orders`. */
  readonly physicalName: string;
  /** Facts of the kind, e.g. the limits of a session store. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly binding?: {
    readonly env: string;
    readonly parameter: string;
    /** Absent when the manifest does not make the resource. */
    readonly from?: unknown;
  };
  readonly arns?: readonly unknown[];
  readonly cloudFormation?: ReadonlyArray<{
    readonly id: string;
    readonly type: string;
    readonly properties: Readonly<Record<string, unknown>>;
    readonly dependsOn?: readonly string[];
  }>;
}

/** A resource of a template. */
export interface ProvisionedResource {
  readonly logicalId: string;
  readonly type: string;
  /** What `Ref` gives: a queue's URL, a topic's ARN, a table's name. */
  readonly physicalId: string;
  /** Functions resolved. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** As in the template. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** False for types that are not created by API calls, e.g. functions and roles: their ids are made up. */
  readonly created: boolean;
}

/** A template whose resources exist. */
export interface ProvisionedStack {
  readonly outputs: Readonly<Record<string, string>>;
  /** In the order of the template, without those whose condition is false. */
  readonly resources: readonly ProvisionedResource[];
  /** `value` with the template's functions (`Ref`, `Fn::GetAtt`, `Fn::Sub`...) resolved. */
  resolve(value: unknown): unknown;
}

/** What happened to one resource. */
export interface ProvisionProgress {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  /** `listed` for types that are not created by API calls. */
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'listed';
  /** What was left out or left alone, and why. */
  readonly note: string | undefined;
}

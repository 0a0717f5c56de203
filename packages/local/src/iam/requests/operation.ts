import type { ConditionKeys } from '../../core/authorizer.ts';

/** An action on a resource, of the call that `keys` are read from. */
export interface Target {
  readonly action: string;
  readonly resource: string;
  /** The name of the hash key of a table or index in DynamoDB. */
  readonly hashKey?: string | undefined;
}

/** How IAM sees one operation. */
export interface Operation {
  /**
   * The actions that it may check, e.g. `dynamodb:PutItem`. The operation names the resources
   * (`touches`).
   */
  readonly actions: readonly string[];
  /** Whether no member names a resource: the first action is checked on `*`, before the rest. */
  readonly unnamed?: boolean;
  /** Why nothing is checked. */
  readonly free?: string;
  /** The condition keys that the service documents, from the input. */
  readonly keys?: (input: Input, target: Target) => ConditionKeys;
}

// biome-ignore lint/suspicious/noExplicitAny: inputs are checked by their operations before it
export type Input = Readonly<Record<string, any>>;

/** The operations of a service, by name. */
export type Operations = Readonly<Record<string, Operation>>;

/** Operations whose one action has their name. */
export const named = (prefix: string, names: readonly string[], more: Omit<Operation, 'actions'> = {}): Operations =>
  Object.fromEntries(names.map((name) => [name, { actions: [`${prefix}:${name}`], ...more }]));

/** A value as text; undefined stays. */
export const text = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : String(value);

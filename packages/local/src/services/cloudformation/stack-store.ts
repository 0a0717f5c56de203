import { partitionOf } from '../../core/partition.ts';
import type { CallContext } from '../../core/service.ts';
import type { Stores } from '../../core/stores.ts';
import { storeKey } from '../../core/stores.ts';
import { noStack } from './errors.ts';

/** The input of one deployment. Plain data, as everything here. */
export interface Settings {
  /** The template as it came. */
  readonly body: string;
  /** Each parameter's value as it was given, or its default. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The values of `Ref`: lists are split, names of Parameter Store replaced by its values. */
  readonly resolved: Readonly<Record<string, string | string[]>>;
  readonly tags: ReadonlyArray<{ readonly key: string; readonly value: string }>;
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  readonly roleArn: string | undefined;
}

/** A resource of a stack: one physical resource, or one that is only listed. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  /** Empty until there is something to delete. */
  physicalId: string;
  /** The name that it was to get if the template gives none. */
  readonly defaultName: string;
  /** Functions resolved, dynamic references not. */
  written: Readonly<Record<string, unknown>>;
  /** The same with the values of `NoEcho` parameters hidden. */
  shown: Readonly<Record<string, unknown>>;
  metadata: Readonly<Record<string, unknown>>;
  description: string | undefined;
  deletionPolicy: string | undefined;
  updateReplacePolicy: string | undefined;
  /** The resources that it refers to or depends on. */
  needs: readonly string[];
  /** The values of `Fn::GetAtt`. Undefined for a resource that is only listed. */
  attributes: Readonly<Record<string, string>> | undefined;
  /** Why it could not be made here, though its type can. */
  unmade: string | undefined;
  status: string;
  reason: string | undefined;
  changedMs: number;
}

export interface StackEvent {
  readonly id: string;
  readonly atMs: number;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string | undefined;
  /** In JSON. */
  readonly properties: string | undefined;
  readonly token: string | undefined;
  readonly operationId: string;
}

export interface StackOutput {
  readonly key: string;
  readonly value: string;
  readonly description: string | undefined;
  readonly exportName: string | undefined;
}

/** One changed property, attribute or policy of a resource. */
export interface ChangeDetail {
  readonly attribute: string;
  readonly name: string | undefined;
  readonly recreation: 'Always' | 'Conditionally' | 'Never';
  readonly isStatic: boolean;
  /** In JSON. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface Change {
  readonly action: 'Add' | 'Modify' | 'Remove';
  readonly logicalId: string;
  readonly physicalId: string | undefined;
  readonly type: string;
  readonly replacement: 'True' | 'False' | 'Conditional' | undefined;
  readonly policyAction: string | undefined;
  readonly details: readonly ChangeDetail[];
  /** In JSON. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly createdMs: number;
  readonly type: 'CREATE' | 'UPDATE';
  readonly settings: Settings;
  readonly changes: readonly Change[];
  readonly onStackFailure: string | undefined;
  status: string;
  reason: string | undefined;
  executionStatus: string;
}

/** A step that a deployment has taken, for its way back. */
export interface Step {
  readonly kind: 'created' | 'replaced' | 'updated';
  readonly now: StackResource;
  /** Of a resource that was there. */
  readonly before: StackResource | undefined;
  /** The properties that an update was to set; undefined where there was nothing to update. */
  readonly attempted: Readonly<Record<string, unknown>> | undefined;
  isUndone: boolean;
}

export interface Stack {
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  updatedMs: number | undefined;
  deletedMs: number | undefined;
  status: string;
  reason: string | undefined;
  description: string | undefined;
  /** Of the last deployment that succeeded, or of the one that creates the stack. */
  settings: Settings;
  outputs: readonly StackOutput[];
  /** Exports of other stacks that it uses. */
  imports: readonly string[];
  readonly resources: Map<string, StackResource>;
  readonly events: StackEvent[];
  /** The steps of an update that is under way, or that failed and was not taken back. */
  steps: Step[];
  readonly changeSets: Map<string, ChangeSet>;
  /** The change set that was executed last. */
  changeSetId: string | undefined;
  disableRollback: boolean;
  isProtected: boolean;
  timeoutMinutes: number | undefined;
}

/** By id: names are used again. */
type Stacks = Map<string, Stack>;

/** The statuses that an operation ends in when the endpoint stops in the middle of it. */
const INTERRUPTED: Readonly<Record<string, string>> = {
  CREATE_IN_PROGRESS: 'CREATE_FAILED',
  ROLLBACK_IN_PROGRESS: 'ROLLBACK_FAILED',
  UPDATE_IN_PROGRESS: 'UPDATE_FAILED',
  UPDATE_ROLLBACK_IN_PROGRESS: 'UPDATE_ROLLBACK_FAILED',
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: 'UPDATE_COMPLETE',
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: 'UPDATE_ROLLBACK_COMPLETE',
  DELETE_IN_PROGRESS: 'DELETE_FAILED',
};

function endInterrupted(target: { status: string; reason: string | undefined }): void {
  const status = INTERRUPTED[target.status];
  if (status === undefined) return;
  target.status = status;
  target.reason = 'The local endpoint stopped in the middle of the operation';
}

export const STORE = storeKey<Stacks>('cloudformation', () => new Map(), {
  save: (stacks) => stacks,
  load: (stacks) => {
    for (const stack of stacks.values()) {
      endInterrupted(stack);
      // What an update had begun may not have happened: the next one finds the old properties.
      for (const { kind, now, before } of stack.steps) {
        if (kind !== 'updated' || now.status !== 'UPDATE_IN_PROGRESS') continue;
        const { status, reason, changedMs } = now;
        Object.assign(now, structuredClone(before), { status, reason, changedMs });
      }
      for (const resource of stack.resources.values()) endInterrupted(resource);
      for (const changeSet of stack.changeSets.values()) {
        if (changeSet.executionStatus === 'EXECUTE_IN_PROGRESS') changeSet.executionStatus = 'EXECUTE_FAILED';
      }
    }
    return stacks;
  },
});

/** "deleted stacks for 90 days" (API reference of ListStacks). */
const KEPT_MS = 90 * 24 * 60 * 60 * 1000;

/** Every stack, the deleted ones of the last 90 days included. */
export const allStacks = ({ stores, clock }: Pick<CallContext, 'stores' | 'clock'>): Stack[] =>
  [...stores.get(STORE).values()].filter(
    ({ deletedMs }) => deletedMs === undefined || clock.now() - deletedMs < KEPT_MS,
  );

const isDeleted = ({ status }: Stack) => status === 'DELETE_COMPLETE';

/** By name, or by id: then a deleted one too. */
export function findStack(context: Pick<CallContext, 'stores' | 'clock'>, nameOrId: string): Stack | undefined {
  if (nameOrId.startsWith('arn:')) return allStacks(context).find(({ id }) => id === nameOrId);
  return allStacks(context).find((stack) => stack.name === nameOrId && !isDeleted(stack));
}

/** Keeps change sets from being executed: the stack is no longer as they saw it. */
export function makeObsolete({ changeSets }: Stack): void {
  for (const changeSet of changeSets.values()) {
    if (changeSet.executionStatus === 'AVAILABLE') changeSet.executionStatus = 'OBSOLETE';
  }
}

/** The ARN that permissions for a stack are about, also of one that does not exist. */
export function stackArn(context: Pick<CallContext, 'region' | 'account'>, nameOrId: string, id = '*'): string {
  if (nameOrId.startsWith('arn:')) return nameOrId;
  return `arn:${partitionOf(context.region)}:cloudformation:${context.region}:${context.account}:stack/${nameOrId}/${id}`;
}

/** Looks a stack up and checks the permission. @throws ServiceError `ValidationError` */
export function stackOf(context: CallContext, nameOrId: string, missing = noStack): Stack {
  const stack = findStack(context, nameOrId);
  context.touches(stack?.id ?? stackArn(context, nameOrId));
  if (stack === undefined) throw missing(nameOrId);
  return stack;
}

/** A stack that exists and may be listed as one that exports. */
export const exportsOf = (stores: Stores) =>
  [...stores.get(STORE).values()].flatMap((stack) =>
    isDeleted(stack)
      ? []
      : stack.outputs.flatMap(({ exportName, value }) =>
          exportName === undefined ? [] : [{ name: exportName, value, stack }],
        ),
  );

/** The names of the stacks that use an export. */
export const importersOf = (stores: Stores, name: string) =>
  [...stores.get(STORE).values()].filter((stack) => !isDeleted(stack) && stack.imports.includes(name));

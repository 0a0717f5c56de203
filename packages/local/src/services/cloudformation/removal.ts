import { CycleError, inOrder } from '../../provision/plan.ts';
import { live } from './changes.ts';
import type { Operation } from './operation.ts';
import { setStackStatus } from './operation.ts';
import { remove } from './resource-operations.ts';
import type { Stack, StackResource } from './stack-store.ts';

/**
 * The order in which resources may be removed: each before those that it needs. Updates that failed
 * and stayed can leave several resources of one logical id.
 */
const removalOrder = (resources: readonly StackResource[]): StackResource[] => {
  const byId = Map.groupBy(resources, ({ logicalId }) => logicalId);
  const needs = new Map(resources.map((resource) => [resource.logicalId, resource.needs]));
  return orderOf(needs)
    .reverse()
    .flatMap((id) => byId.get(id) ?? []);
};

/** Resources of different templates may need each other: they have no order. */
function orderOf(needs: ReadonlyMap<string, readonly string[]>): string[] {
  try {
    return inOrder(needs);
  } catch (error) {
    if (!(error instanceof CycleError)) throw error;
    return [...needs.keys()];
  }
}

/** Removes resources in an order that works. Gives those that could not be removed. */
export async function removeAll(
  operation: Operation,
  resources: readonly StackResource[],
  isKept: (resource: StackResource) => boolean,
): Promise<StackResource[]> {
  const failures: StackResource[] = [];
  for (const resource of removalOrder(resources)) {
    if (!(await remove(operation, resource, isKept(resource)))) failures.push(resource);
  }
  return failures;
}

export interface FailurePlan {
  readonly onFailure: 'DELETE' | 'DO_NOTHING' | 'ROLLBACK';
  /** Removes what the deployment made also where it is to be kept. */
  readonly retainExceptOnCreate: boolean;
}

/** Whether a rollback leaves a new resource where it is (user guide, DeletionPolicy). */
export const survives = ({ deletionPolicy }: StackResource, { retainExceptOnCreate }: FailurePlan) =>
  deletionPolicy === 'Retain' && !retainExceptOnCreate;

export const isRetained = (policy: string | undefined) => policy === 'Retain' || policy === 'RetainExceptOnCreate';

const failedList = (failed: readonly StackResource[]) =>
  `The following resource(s) failed to delete: [${failed.map(({ logicalId }) => logicalId).join(', ')}]. `;

/**
 * Removes what a failed creation has made, and with `DELETE` the stack; its status says so already.
 */
export async function removeNew(operation: Operation, plan: FailurePlan): Promise<void> {
  const { stack } = operation;
  const isDelete = plan.onFailure === 'DELETE';
  const failures = await removeAll(operation, [...live(stack).values()], (each) => survives(each, plan));
  if (failures.length > 0) {
    setStackStatus(operation, isDelete ? 'DELETE_FAILED' : 'ROLLBACK_FAILED', failedList(failures));
    return;
  }
  if (isDelete) stack.deletedMs = operation.now();
  setStackStatus(operation, isDelete ? 'DELETE_COMPLETE' : 'ROLLBACK_COMPLETE');
}

/**
 * The resources of an update that was neither finished nor taken back, which the stack does not
 * list.
 */
const leftOver = ({ steps }: Stack): StackResource[] =>
  steps.flatMap(({ kind, now, before, isUndone }) => {
    if (kind === 'updated') return [];
    return (isUndone ? now : before) ?? [];
  });

/** Deletes a stack; the stack is DELETE_IN_PROGRESS already. */
export async function runDelete(operation: Operation, retained: readonly string[]): Promise<void> {
  const { stack } = operation;
  const isKept = ({ logicalId, deletionPolicy }: StackResource) =>
    retained.includes(logicalId) || isRetained(deletionPolicy);
  const left = leftOver(stack);
  const listed = [...live(stack).values()].filter(({ status }) => status !== 'DELETE_SKIPPED');
  const failures = [...(await removeAll(operation, left, isKept)), ...(await removeAll(operation, listed, isKept))];
  if (failures.length > 0) {
    setStackStatus(operation, 'DELETE_FAILED', failedList(failures));
    return;
  }
  stack.deletedMs = operation.now();
  setStackStatus(operation, 'DELETE_COMPLETE');
}

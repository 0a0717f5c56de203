import { reasonToList, writtenProperties } from '../../provision/entry.ts';
import type { Scope } from '../../provision/intrinsics.ts';
import { inOrder } from '../../provision/plan.ts';
import { madeType } from '../../provision/resource-types/made-types.ts';
import type { TemplateResource } from '../../provision/template.ts';
import { changedAttributes, changedProperties, live, planChanges, replacing } from './changes.ts';
import type { Desired } from './desired.ts';
import { scopeOf, shownProperties, valuesOf } from './desired.ts';
import { messageOf } from './errors.ts';
import { exportFault, readOutputs } from './exports.ts';
import type { Operation } from './operation.ts';
import { checkLive, StackGoneError, setStackStatus, setStatus } from './operation.ts';
import type { Evaluated } from './resource-operations.ts';
import { create, newResource, ResourceFailure, remove, update } from './resource-operations.ts';
import type { Stack, StackResource } from './stack-store.ts';
import { exportsOf } from './stack-store.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A step that was taken, for its way back. */
type Step =
  | { readonly kind: 'created' | 'replaced'; readonly now: StackResource; readonly before?: StackResource }
  | { readonly kind: 'updated'; readonly now: StackResource; readonly before: StackResource };

/** The whole stack failed, not one of its resources. */
class StackFailure extends Error {
  override readonly name = 'StackFailure';
}

/** The work of one deployment so far. */
interface Progress {
  readonly steps: Step[];
  readonly imports: Set<string>;
}

function evaluatorOf(operation: Operation, desired: Desired, imports: Set<string>) {
  const { stack, stores } = operation;
  const importValue = (name: string) => {
    const found = exportsOf(stores).find((each) => each.name === name);
    if (found === undefined) throw new StackFailure(`No export named ${name} found`);
    imports.add(name);
    return found.value;
  };
  const values = (logicalId: string) => {
    const resource = desired.plan.needs.has(logicalId) ? stack.resources.get(logicalId) : undefined;
    return resource && valuesOf(resource, desired.pseudo);
  };
  const scope = scopeOf(desired, values, importValue);
  return { scope, evaluate: (resource: TemplateResource) => evaluate(resource, desired, scope) };
}

/** @throws Error where the template itself is at fault */
function evaluate(resource: TemplateResource, desired: Desired, scope: Scope): Evaluated {
  const notes: string[] = [];
  let unmade: string | undefined;
  let written: unknown;
  try {
    written = writtenProperties(resource, scope, madeType(resource.type) !== undefined, notes);
  } catch (error) {
    unmade = reasonToList(error, resource);
    if (unmade === undefined) throw error;
    written = writtenProperties(resource, scope, false, notes);
  }
  return {
    resource,
    written: written as Fields, // an object stays one
    shown: shownProperties(resource, desired, scope),
    needs: desired.plan.needs.get(resource.logicalId) ?? [],
    notes: unmade === undefined ? notes : [],
    unmade,
  };
}

const REPLACES = 'Requested update requires the creation of a new physical resource; hence creating one.';

/** The name that the template gives a resource and its successor alike. */
function nameInTheWay(type: string, before: Fields, after: Fields): unknown {
  const naming = madeType(type)?.naming;
  return naming !== undefined && after[naming] === before[naming] ? after[naming] : undefined;
}

/** Gives a resource what the template says of it besides its type. */
function describe(target: StackResource, { resource, written, shown, needs, unmade }: Evaluated): void {
  target.written = written;
  target.shown = shown;
  target.metadata = resource.metadata;
  target.description = resource.description;
  target.deletionPolicy = resource.deletionPolicy;
  target.updateReplacePolicy = resource.updateReplacePolicy;
  target.needs = needs;
  target.unmade = unmade;
}

async function replace(
  operation: Operation,
  desired: Desired,
  before: StackResource,
  wanted: Evaluated,
  steps: Step[],
) {
  const { stack } = operation;
  const name = nameInTheWay(before.type, before.written, wanted.written);
  if (name !== undefined) {
    const reason = `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${name} and update the stack again.`;
    setStatus(operation, before, 'UPDATE_FAILED', reason);
    throw new ResourceFailure(before.logicalId, reason);
  }
  const target = newResource(stack.name, wanted);
  stack.resources.set(before.logicalId, target);
  steps.push({ kind: 'replaced', now: target, before });
  await create(operation, target, desired.pseudo, wanted.notes, { verb: 'UPDATE', reason: REPLACES });
}

async function change(operation: Operation, desired: Desired, before: StackResource, wanted: Evaluated, steps: Step[]) {
  const changed = changedProperties(before, wanted.written);
  const attributes = changedAttributes(before, wanted.resource);
  if (changed.length === 0 && attributes.length === 0) {
    before.needs = wanted.needs;
    return;
  }
  if (replacing(before.type, changed).length > 0 && before.unmade === undefined) {
    await replace(operation, desired, before, wanted, steps);
    return;
  }
  const past = structuredClone(before);
  if (wanted.unmade !== undefined && before.attributes !== undefined) {
    setStatus(operation, before, 'UPDATE_FAILED', wanted.unmade);
    throw new ResourceFailure(before.logicalId, wanted.unmade);
  }
  describe(before, wanted);
  steps.push({ kind: 'updated', now: before, before: past });
  if (changed.length > 0) {
    const isThere = past.unmade === undefined;
    await update(operation, before, desired.pseudo, isThere ? past.written : undefined, wanted.notes);
    return;
  }
  setStatus(operation, before, 'UPDATE_IN_PROGRESS');
  setStatus(operation, before, 'UPDATE_COMPLETE');
}

/** @throws ResourceFailure for properties that cannot be evaluated */
function evaluatedOrFailed(
  operation: Operation,
  resource: TemplateResource,
  before: StackResource | undefined,
  evaluated: (resource: TemplateResource) => Evaluated,
): Evaluated {
  try {
    return evaluated(resource);
  } catch (error) {
    if (error instanceof StackFailure) throw error;
    const reason = messageOf(error);
    const nothing = { resource, written: {}, shown: {}, needs: [], notes: [], unmade: undefined };
    const target = before ?? newResource(operation.stack.name, nothing);
    if (before === undefined) operation.stack.resources.set(resource.logicalId, target);
    setStatus(operation, target, before === undefined ? 'CREATE_FAILED' : 'UPDATE_FAILED', reason);
    throw new ResourceFailure(resource.logicalId, reason);
  }
}

/** Brings about all resources and outputs, or throws with what was done in `progress`. */
async function bringAbout(operation: Operation, desired: Desired, progress: Progress): Promise<void> {
  const { stack, stores } = operation;
  const missing = planChanges(stack, desired, stores).missingExport;
  if (missing !== undefined) throw new StackFailure(`No export named ${missing} found`);
  const { scope, evaluate: evaluated } = evaluatorOf(operation, desired, progress.imports);
  for (const resource of desired.plan.ordered) {
    checkLive(operation);
    const before = live(stack).get(resource.logicalId);
    const wanted = evaluatedOrFailed(operation, resource, before, evaluated);
    if (before !== undefined) {
      await change(operation, desired, before, wanted, progress.steps);
      continue;
    }
    const target = newResource(stack.name, wanted);
    stack.resources.set(resource.logicalId, target);
    progress.steps.push({ kind: 'created', now: target });
    await create(operation, target, desired.pseudo, wanted.notes);
  }
  let outputs: Stack['outputs'];
  try {
    outputs = readOutputs(desired, scope);
  } catch (error) {
    throw new StackFailure(`Template error: ${messageOf(error)}`);
  }
  const fault = exportFault(stack, outputs, stores);
  if (fault !== undefined) throw new StackFailure(fault);
  stack.outputs = outputs;
  stack.imports = [...progress.imports];
}

/** The order in which resources may be removed: each before those that it needs. */
const removalOrder = (resources: readonly StackResource[]): StackResource[] => {
  const byId = new Map(resources.map((resource) => [resource.logicalId, resource]));
  const order = inOrder(new Map(resources.map(({ logicalId, needs }) => [logicalId, needs])));
  return order.reverse().flatMap((id) => byId.get(id) ?? []);
};

export interface FailurePlan {
  readonly onFailure: 'DELETE' | 'DO_NOTHING' | 'ROLLBACK';
  /** Removes what the deployment made also where it is to be kept. */
  readonly retainExceptOnCreate: boolean;
}

/** Whether a rollback leaves a new resource where it is (user guide, DeletionPolicy). */
const survives = ({ deletionPolicy }: StackResource, plan: FailurePlan) =>
  deletionPolicy === 'Retain' && !plan.retainExceptOnCreate;

function reasonOf(error: unknown, verb: string): string {
  return error instanceof ResourceFailure
    ? `The following resource(s) failed to ${verb}: [${error.logicalId}]. `
    : `${messageOf(error)}${error instanceof StackFailure ? '. ' : ''}`;
}

const failedList = (failed: readonly StackResource[]) =>
  `The following resource(s) failed to delete: [${failed.map(({ logicalId }) => logicalId).join(', ')}]. `;

/** Removes resources in an order that works. Gives those that could not be removed. */
async function removeAll(
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

/** Creates a stack; the stack is CREATE_IN_PROGRESS already. */
export async function runCreate(operation: Operation, desired: Desired, plan: FailurePlan): Promise<void> {
  const { stack } = operation;
  const progress: Progress = { steps: [], imports: new Set() };
  try {
    await bringAbout(operation, desired, progress);
    setStackStatus(operation, 'CREATE_COMPLETE');
    return;
  } catch (error) {
    if (error instanceof StackGoneError) throw error;
    const reason = reasonOf(error, 'create');
    if (plan.onFailure === 'DO_NOTHING') {
      setStackStatus(operation, 'CREATE_FAILED', reason);
      return;
    }
    const isDelete = plan.onFailure === 'DELETE';
    setStackStatus(
      operation,
      isDelete ? 'DELETE_IN_PROGRESS' : 'ROLLBACK_IN_PROGRESS',
      `${reason}${isDelete ? 'Delete' : 'Rollback'} requested by user.`,
    );
    const failures = await removeAll(operation, [...live(stack).values()], (each) => survives(each, plan));
    if (failures.length > 0) {
      setStackStatus(operation, isDelete ? 'DELETE_FAILED' : 'ROLLBACK_FAILED', failedList(failures));
    } else {
      if (isDelete) stack.deletedMs = operation.now();
      setStackStatus(operation, isDelete ? 'DELETE_COMPLETE' : 'ROLLBACK_COMPLETE');
    }
  }
}

const isRetained = (policy: string | undefined) => policy === 'Retain' || policy === 'RetainExceptOnCreate';

/** Removes what an update has left behind. */
async function cleanUp(operation: Operation, replaced: readonly StackResource[], gone: readonly StackResource[]) {
  const { stack } = operation;
  const retained = new Set([
    ...replaced.filter(({ logicalId }) => isRetained(stack.resources.get(logicalId)?.updateReplacePolicy)),
    ...gone.filter(({ deletionPolicy }) => isRetained(deletionPolicy)),
  ]);
  for (const { logicalId } of gone) stack.resources.delete(logicalId);
  return removeAll(operation, [...replaced, ...gone], (each) => retained.has(each));
}

/** Updates a stack; the stack is UPDATE_IN_PROGRESS already. */
export async function runUpdate(operation: Operation, desired: Desired, plan: FailurePlan): Promise<void> {
  const { stack } = operation;
  const progress: Progress = { steps: [], imports: new Set() };
  try {
    await bringAbout(operation, desired, progress);
  } catch (error) {
    if (error instanceof StackGoneError) throw error;
    const isNew = error instanceof ResourceFailure && stack.resources.get(error.logicalId)?.status === 'CREATE_FAILED';
    const reason = reasonOf(error, isNew ? 'create' : 'update');
    if (plan.onFailure === 'DO_NOTHING') {
      setStackStatus(operation, 'UPDATE_FAILED', reason);
      return;
    }
    setStackStatus(operation, 'UPDATE_ROLLBACK_IN_PROGRESS', reason);
    await rollBack(operation, desired, progress.steps, plan);
    return;
  }
  stack.settings = desired.settings;
  stack.description = desired.template.read.description;
  setStackStatus(operation, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  const replaced = progress.steps.flatMap((step) => (step.kind === 'replaced' ? (step.before ?? []) : []));
  const gone = [...live(stack).values()].filter(({ logicalId }) => !desired.plan.needs.has(logicalId));
  const failures = await cleanUp(operation, replaced, gone);
  setStackStatus(
    operation,
    'UPDATE_COMPLETE',
    failures.length > 0 ? 'One or more resources could not be deleted.' : undefined,
  );
}

/** Takes the steps of an update back, the last one first. */
async function rollBack(operation: Operation, { pseudo }: Desired, steps: readonly Step[], plan: FailurePlan) {
  const { stack } = operation;
  const made: StackResource[] = [];
  for (const { kind, now, before } of [...steps].reverse()) {
    if (before === undefined) {
      stack.resources.delete(now.logicalId);
      made.push(now);
    } else if (kind === 'replaced') {
      stack.resources.set(now.logicalId, before);
      made.push(now);
      setStatus(operation, before, 'UPDATE_COMPLETE');
    } else {
      const past = structuredClone(now);
      Object.assign(now, before);
      try {
        await update(operation, now, pseudo, past.unmade === undefined ? past.written : undefined);
      } catch (error) {
        if (!(error instanceof ResourceFailure)) throw error;
        setStackStatus(
          operation,
          'UPDATE_ROLLBACK_FAILED',
          `The following resource(s) failed to update: [${now.logicalId}]. `,
        );
        return;
      }
    }
  }
  // One that could not even be evaluated is not among the steps.
  for (const [id, { status, physicalId }] of stack.resources) {
    if (status === 'CREATE_FAILED' && physicalId === '') stack.resources.delete(id);
  }
  setStackStatus(operation, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  await removeAll(operation, made, (each) => survives(each, plan));
  setStackStatus(operation, 'UPDATE_ROLLBACK_COMPLETE');
}

/** Deletes a stack; the stack is DELETE_IN_PROGRESS already. */
export async function runDelete(operation: Operation, retained: readonly string[]): Promise<void> {
  const { stack } = operation;
  const failures = await removeAll(
    operation,
    [...live(stack).values()].filter(({ status }) => status !== 'DELETE_SKIPPED'),
    ({ logicalId, deletionPolicy }) => retained.includes(logicalId) || isRetained(deletionPolicy),
  );
  if (failures.length > 0) {
    setStackStatus(operation, 'DELETE_FAILED', failedList(failures));
    return;
  }
  stack.deletedMs = operation.now();
  setStackStatus(operation, 'DELETE_COMPLETE');
}

import { reasonToList, writtenProperties } from '../../provision/entry.ts';
import type { Scope } from '../../provision/intrinsics.ts';
import { madeType } from '../../provision/resource-types/made-types.ts';
import type { TemplateResource } from '../../provision/template.ts';
import { changedAttributes, changedProperties, isUnfinished, live, planChanges, replacing } from './changes.ts';
import type { Desired } from './desired.ts';
import { scopeOf, shownProperties, valuesOf } from './desired.ts';
import { messageOf } from './errors.ts';
import { exportFault, readOutputs } from './exports.ts';
import type { Operation } from './operation.ts';
import { checkLive, StackGoneError, setStackStatus, setStatus } from './operation.ts';
import type { FailurePlan } from './removal.ts';
import { isRetained, removeAll, removeNew } from './removal.ts';
import type { Evaluated } from './resource-operations.ts';
import { create, newResource, ResourceFailure, remove, update } from './resource-operations.ts';
import { rollBack } from './rollback.ts';
import type { Stack, StackResource } from './stack-store.ts';
import { exportsOf } from './stack-store.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The whole stack failed, not one of its resources. */
class StackFailure extends Error {
  override readonly name = 'StackFailure';
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

async function replace(operation: Operation, desired: Desired, before: StackResource, wanted: Evaluated) {
  const { stack } = operation;
  const name = nameInTheWay(before.type, before.written, wanted.written);
  if (name !== undefined) {
    const reason = `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${name} and update the stack again.`;
    setStatus(operation, before, 'UPDATE_FAILED', reason);
    throw new ResourceFailure(before.logicalId, reason);
  }
  const target = newResource(stack.name, wanted);
  stack.resources.set(before.logicalId, target);
  stack.steps.push({ kind: 'replaced', now: target, before, attempted: undefined, isUndone: false });
  await create(operation, target, desired.pseudo, wanted.notes, { verb: 'UPDATE', reason: REPLACES });
}

async function change(operation: Operation, desired: Desired, before: StackResource, wanted: Evaluated) {
  const changed = changedProperties(before, wanted.written);
  const attributes = changedAttributes(before, wanted.resource);
  if (changed.length === 0 && attributes.length === 0) {
    before.needs = wanted.needs;
    return;
  }
  if (replacing(before.type, changed).length > 0 && before.unmade === undefined) {
    await replace(operation, desired, before, wanted);
    return;
  }
  const past = structuredClone(before);
  if (wanted.unmade !== undefined && before.attributes !== undefined) {
    setStatus(operation, before, 'UPDATE_FAILED', wanted.unmade);
    throw new ResourceFailure(before.logicalId, wanted.unmade);
  }
  describe(before, wanted);
  const isThere = past.unmade === undefined;
  const attempted = isThere ? before.written : undefined;
  operation.stack.steps.push({ kind: 'updated', now: before, before: past, attempted, isUndone: false });
  if (changed.length > 0) {
    try {
      await update(operation, before, desired.pseudo, isThere ? past.written : undefined, wanted.notes);
    } catch (error) {
      // It is as it was, as far as is known: the next update tries again.
      const { status, reason, changedMs } = before;
      Object.assign(before, structuredClone(past), { status, reason, changedMs });
      throw error;
    }
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

/**
 * The resource that a deployment finds. One whose creation failed before is removed, as far as it
 * came, and made anew.
 *
 * @throws ResourceFailure for one that cannot be removed: it would stay without a stack
 */
async function standing(operation: Operation, logicalId: string): Promise<StackResource | undefined> {
  const before = live(operation.stack).get(logicalId);
  if (before === undefined || !isUnfinished(before)) return before;
  if (before.physicalId !== '' && !(await remove(operation, before, false))) {
    throw new ResourceFailure(logicalId, before.reason ?? '');
  }
  return undefined;
}

/** Brings about all resources and outputs, or throws; the stack has the steps that were taken. */
async function bringAbout(operation: Operation, desired: Desired): Promise<void> {
  const { stack, stores } = operation;
  const missing = planChanges(stack, desired, stores).missingExport;
  if (missing !== undefined) throw new StackFailure(`No export named ${missing} found`);
  const imports = new Set<string>();
  const { scope, evaluate: evaluated } = evaluatorOf(operation, desired, imports);
  for (const resource of desired.plan.ordered) {
    checkLive(operation);
    const before = await standing(operation, resource.logicalId);
    const wanted = evaluatedOrFailed(operation, resource, before, evaluated);
    if (before !== undefined) {
      await change(operation, desired, before, wanted);
      continue;
    }
    const target = newResource(stack.name, wanted);
    stack.resources.set(resource.logicalId, target);
    stack.steps.push({ kind: 'created', now: target, before: undefined, attempted: undefined, isUndone: false });
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
  stack.imports = [...imports];
}

function reasonOf(error: unknown, verb: string): string {
  return error instanceof ResourceFailure
    ? `The following resource(s) failed to ${verb}: [${error.logicalId}]. `
    : `${messageOf(error)}${error instanceof StackFailure ? '. ' : ''}`;
}

/** Creates a stack; the stack is CREATE_IN_PROGRESS already. */
export async function runCreate(operation: Operation, desired: Desired, plan: FailurePlan): Promise<void> {
  const { stack } = operation;
  try {
    await bringAbout(operation, desired);
    stack.steps = [];
    setStackStatus(operation, 'CREATE_COMPLETE');
    return;
  } catch (error) {
    if (error instanceof StackGoneError) throw error;
    stack.steps = [];
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
    await removeNew(operation, plan);
  }
}

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

/**
 * Updates a stack; the stack is UPDATE_IN_PROGRESS already. Steps of an update that failed and
 * stayed count as its own.
 */
export async function runUpdate(operation: Operation, desired: Desired, plan: FailurePlan): Promise<void> {
  const { stack } = operation;
  try {
    await bringAbout(operation, desired);
  } catch (error) {
    if (error instanceof StackGoneError) throw error;
    const isNew = error instanceof ResourceFailure && stack.resources.get(error.logicalId)?.status === 'CREATE_FAILED';
    const reason = reasonOf(error, isNew ? 'create' : 'update');
    if (plan.onFailure === 'DO_NOTHING') {
      setStackStatus(operation, 'UPDATE_FAILED', reason);
      return;
    }
    setStackStatus(operation, 'UPDATE_ROLLBACK_IN_PROGRESS', reason);
    await rollBack(operation, plan);
    return;
  }
  stack.settings = desired.settings;
  stack.description = desired.template.read.description;
  setStackStatus(operation, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  const replaced = stack.steps.flatMap(({ kind, before }) => (kind === 'replaced' && before ? [before] : []));
  stack.steps = [];
  const gone = [...live(stack).values()].filter(({ logicalId }) => !desired.plan.needs.has(logicalId));
  const failures = await cleanUp(operation, replaced, gone);
  setStackStatus(
    operation,
    'UPDATE_COMPLETE',
    failures.length > 0 ? 'One or more resources could not be deleted.' : undefined,
  );
}

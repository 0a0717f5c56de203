import { readBoolean, readStrings, requireString } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { validationError } from './errors.ts';
import type { Operation } from './operation.ts';
import { checkRole, goOn, newOperation, pseudoOf, setStackStatus, setStatus } from './operation.ts';
import type { FailurePlan } from './removal.ts';
import { removeAll, removeNew, survives } from './removal.ts';
import { readRoleArn, readToken } from './requests.ts';
import { ResourceFailure, update } from './resource-operations.ts';
import type { Stack, StackResource, Step } from './stack-store.ts';
import { stackOf } from './stack-store.ts';

/** Takes one step back. @throws ResourceFailure */
async function undo(operation: Operation, step: Step): Promise<void> {
  const { stack } = operation;
  const { now, before } = step;
  if (before === undefined) stack.resources.delete(now.logicalId);
  else if (step.kind === 'replaced') {
    stack.resources.set(now.logicalId, before);
    setStatus(operation, before, 'UPDATE_COMPLETE');
  } else {
    Object.assign(now, structuredClone(before));
    await update(operation, now, pseudoOf(stack, stack.settings.notificationArns), step.attempted);
  }
  step.isUndone = true;
}

/**
 * Takes the steps of an update back, the last one first; the stack is UPDATE_ROLLBACK_IN_PROGRESS
 * already. Where that fails, the stack keeps the steps.
 */
export async function rollBack(operation: Operation, plan: FailurePlan): Promise<void> {
  const { stack } = operation;
  for (const step of [...stack.steps].reverse()) {
    if (step.isUndone) continue;
    try {
      await undo(operation, step);
    } catch (error) {
      if (!(error instanceof ResourceFailure)) throw error;
      const reason = `The following resource(s) failed to update: [${step.now.logicalId}]. `;
      setStackStatus(operation, 'UPDATE_ROLLBACK_FAILED', reason);
      return;
    }
  }
  // One whose properties could not be evaluated is not among the steps.
  for (const [id, { status, physicalId }] of stack.resources) {
    if (status === 'CREATE_FAILED' && physicalId === '') stack.resources.delete(id);
  }
  const made = stack.steps.flatMap(({ kind, now }): StackResource[] => (kind === 'updated' ? [] : [now]));
  stack.steps = [];
  setStackStatus(operation, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  await removeAll(operation, made, (each) => survives(each, plan));
  setStackStatus(operation, 'UPDATE_ROLLBACK_COMPLETE');
}

function operationOn(input: Record<string, unknown>, stack: Stack, context: Parameters<Action>[1]): Operation {
  const roleArn = readRoleArn(input);
  checkRole(roleArn, stack.id, context);
  return newOperation(stack, context, readToken(input), roleArn ?? stack.settings.roleArn);
}

const USER = 'User Initiated';

export const continueUpdateRollback: Action = (input, context) => {
  const stack = stackOf(context, requireString(input, 'StackName'));
  const skipped = readStrings(input, 'ResourcesToSkip') ?? [];
  const operation = operationOn(input, stack, context);
  if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
    throw validationError(
      `Stack:${stack.id} is in ${stack.status} state and can not continue the rollback of an update.`,
    );
  }
  const failed = stack.steps.filter(({ isUndone }) => !isUndone).map(({ now }) => now.logicalId);
  const unknown = skipped.filter((logicalId) => !failed.includes(logicalId));
  if (unknown.length > 0) {
    throw validationError(`Resources [${unknown.join(', ')}] are not to be rolled back, so they cannot be skipped.`);
  }
  for (const step of stack.steps) {
    if (!skipped.includes(step.now.logicalId)) continue;
    step.isUndone = true;
    step.now.status = 'UPDATE_COMPLETE';
  }
  setStackStatus(operation, 'UPDATE_ROLLBACK_IN_PROGRESS', USER);
  goOn(context, () => rollBack(operation, { onFailure: 'ROLLBACK', retainExceptOnCreate: false }));
  return {};
};

export const rollbackStack: Action = (input, context) => {
  const stack = stackOf(context, requireString(input, 'StackName'));
  const retainExceptOnCreate = readBoolean(input, 'RetainExceptOnCreate') ?? false;
  const operation = operationOn(input, stack, context);
  const isNew = stack.status === 'CREATE_FAILED';
  if (!isNew && stack.status !== 'UPDATE_FAILED') {
    throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`);
  }
  const plan: FailurePlan = { onFailure: 'ROLLBACK', retainExceptOnCreate };
  setStackStatus(operation, isNew ? 'ROLLBACK_IN_PROGRESS' : 'UPDATE_ROLLBACK_IN_PROGRESS', USER);
  goOn(context, () => (isNew ? removeNew(operation, plan) : rollBack(operation, plan)));
  return { StackId: stack.id, OperationId: operation.id };
};

import { randomUUID } from 'node:crypto';
import { readBoolean, readInteger, readOneOf, readString, readStrings, requireString } from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { planChanges } from './changes.ts';
import { runCreate, runUpdate } from './deploy.ts';
import { alreadyExists, validationError } from './errors.ts';
import { usedExport } from './exports.ts';
import { checkRole, goOn, newOperation, setStackStatus } from './operation.ts';
import { readPage } from './paging.ts';
import { describeParameters } from './parameter-values.ts';
import type { FailurePlan } from './removal.ts';
import { runDelete } from './removal.ts';
import { newStack, readDesired, readNewName, readOnFailure, readRoleArn, readToken } from './requests.ts';
import type { Stack } from './stack-store.ts';
import { allStacks, findStack, makeObsolete, STORE, stackArn, stackOf } from './stack-store.ts';
import { readBody, readSource, requireTemplate } from './template-source.ts';

const USER = 'User Initiated';

/** @throws ServiceError `ValidationError` for both ways to say it at once */
function readFailurePlan(input: Record<string, unknown>): FailurePlan {
  const disableRollback = readBoolean(input, 'DisableRollback');
  const onFailure = readOnFailure(input, 'OnFailure');
  if (disableRollback !== undefined && onFailure !== undefined) {
    throw validationError('Either DisableRollback or OnFailure can be specified, not both');
  }
  return {
    onFailure: onFailure ?? (disableRollback ? 'DO_NOTHING' : 'ROLLBACK'),
    retainExceptOnCreate: readBoolean(input, 'RetainExceptOnCreate') ?? false,
  };
}

export const createStack: Action = async (input, context) => {
  const name = readNewName(input);
  const id = stackArn(context, name, randomUUID());
  context.touches(stackArn(context, name));
  if (findStack(context, name) !== undefined) throw alreadyExists(`Stack [${name}] already exists`);
  const failurePlan = readFailurePlan(input);
  const token = readToken(input);
  const roleArn = readRoleArn(input);
  checkRole(roleArn, id, context);
  const isProtected = readBoolean(input, 'EnableTerminationProtection') ?? false;
  const timeoutMinutes = readInteger(input, 'TimeoutInMinutes', { min: 1 });
  const template = await requireTemplate(input, context);
  const identity = { id, name, resources: new Map() };
  const desired = await readDesired(input, identity, template, undefined, context);
  // Others may have come while the template was read.
  if (findStack(context, name) !== undefined) throw alreadyExists(`Stack [${name}] already exists`);
  const stack: Stack = {
    ...newStack(context, id, name, desired.settings, template.read.description),
    disableRollback: failurePlan.onFailure === 'DO_NOTHING',
    isProtected,
    timeoutMinutes,
  };
  context.stores.get(STORE).set(id, stack);
  const operation = newOperation(stack, context, token, roleArn);
  setStackStatus(operation, 'CREATE_IN_PROGRESS', USER);
  goOn(context, () => runCreate(operation, desired, failurePlan));
  return { StackId: id, OperationId: operation.id };
};

const UPDATABLE = ['CREATE_COMPLETE', 'CREATE_FAILED', 'UPDATE_COMPLETE', 'UPDATE_FAILED', 'UPDATE_ROLLBACK_COMPLETE'];

/** @throws ServiceError `ValidationError` for a stack in another state */
export function checkUpdatable({ id, status }: Stack, states = UPDATABLE): void {
  if (!states.includes(status)) {
    throw validationError(`Stack:${id} is in ${status} state and can not be updated.`);
  }
}

export const updateStack: Action = async (input, context) => {
  const stack = stackOf(context, requireString(input, 'StackName'), (name) =>
    validationError(`Stack [${name}] does not exist`),
  );
  const given = readRoleArn(input);
  checkRole(given, stack.id, context);
  const roleArn = given ?? stack.settings.roleArn;
  checkUpdatable(stack);
  const token = readToken(input);
  const failurePlan = readFailurePlan(input);
  const template = await requireTemplate(input, context, stack);
  const desired = await readDesired(input, stack, template, stack.settings, context);
  const { hasChanges, missingExport } = planChanges(stack, desired, context.stores);
  const isRetry = stack.status === 'UPDATE_FAILED' || stack.status === 'CREATE_FAILED';
  if (!hasChanges && missingExport === undefined && !isRetry) {
    throw validationError('No updates are to be performed.');
  }
  checkUpdatable(stack);
  makeObsolete(stack);
  stack.updatedMs = context.clock.now();
  const operation = newOperation(stack, context, token, roleArn);
  setStackStatus(operation, 'UPDATE_IN_PROGRESS', USER);
  goOn(context, () => runUpdate(operation, desired, failurePlan));
  return { StackId: stack.id, OperationId: operation.id };
};

export const deleteStack: Action = (input, context) => {
  const name = requireString(input, 'StackName');
  const token = readToken(input);
  const retained = readStrings(input, 'RetainResources') ?? [];
  const mode = readOneOf(input, 'DeletionMode', ['STANDARD', 'FORCE_DELETE_STACK']);
  const stack = findStack(context, name);
  context.touches(stack?.id ?? stackArn(context, name));
  if (stack === undefined || stack.status === 'DELETE_COMPLETE') return;
  const roleArn = readRoleArn(input);
  checkRole(roleArn, stack.id, context);
  if (stack.isProtected) {
    throw validationError(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
  }
  if (retained.length > 0 && stack.status !== 'DELETE_FAILED') {
    throw validationError(
      `Invalid operation on stack [${stack.id}]. Specify retain resources only when stack is in DELETE_FAILED state.`,
    );
  }
  if (/_IN_PROGRESS$/.test(stack.status) && stack.status !== 'REVIEW_IN_PROGRESS') {
    if (stack.status === 'DELETE_IN_PROGRESS') return;
    throw validationError(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`);
  }
  const operation = newOperation(stack, context, token, roleArn ?? stack.settings.roleArn);
  const used = usedExport(stack, context.stores);
  if (used !== undefined) {
    // The stack stays in the state that it has (serverless/serverless issue 3589).
    setStackStatus(operation, stack.status, used);
    return;
  }
  makeObsolete(stack);
  setStackStatus(operation, 'DELETE_IN_PROGRESS', USER);
  const kept = mode === 'FORCE_DELETE_STACK' ? failedToDelete(stack) : retained;
  goOn(context, () => runDelete(operation, kept));
};

/** Resources that a deletion by force leaves where they are. */
const failedToDelete = ({ resources }: Stack) =>
  [...resources.values()].flatMap(({ logicalId, status }) => (status === 'DELETE_FAILED' ? [logicalId] : []));

const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);

async function describe(stack: Stack) {
  const { settings } = stack;
  const { read } = await readBody(settings.body);
  return {
    StackId: stack.id,
    StackName: stack.name,
    ChangeSetId: stack.changeSetId,
    Description: stack.description,
    Parameters: describeParameters(settings, read),
    CreationTime: seconds(stack.createdMs),
    DeletionTime: seconds(stack.deletedMs),
    LastUpdatedTime: seconds(stack.updatedMs),
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    DisableRollback: stack.disableRollback,
    NotificationARNs: settings.notificationArns,
    TimeoutInMinutes: stack.timeoutMinutes,
    Capabilities: settings.capabilities,
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({
      OutputKey: key,
      OutputValue: value,
      Description: description,
      ExportName: exportName,
    })),
    RoleARN: settings.roleArn,
    Tags: settings.tags.map(({ key, value }) => ({ Key: key, Value: value })),
    EnableTerminationProtection: stack.isProtected,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

export const describeStacks: Action = async (input, context) => {
  const name = readString(input, 'StackName', { min: 1 });
  if (name !== undefined) return { Stacks: [await describe(stackOf(context, name))] };
  context.touches(stackArn(context, '*'));
  const all = newestFirst(allStacks(context).filter(({ status }) => status !== 'DELETE_COMPLETE'));
  const { items, NextToken } = readPage(input, all, 100);
  return { Stacks: await Promise.all(items.map(describe)), NextToken };
};

const newestFirst = (stacks: readonly Stack[]) => [...stacks].reverse();

export const listStacks: Action = (input, context) => {
  const filter = readStrings(input, 'StackStatusFilter');
  const all = newestFirst(allStacks(context).filter(({ status }) => filter?.includes(status) ?? true));
  const { items, NextToken } = readPage(input, all, 100);
  return {
    StackSummaries: items.map((stack) => ({
      StackId: stack.id,
      StackName: stack.name,
      TemplateDescription: stack.description,
      CreationTime: seconds(stack.createdMs),
      LastUpdatedTime: seconds(stack.updatedMs),
      DeletionTime: seconds(stack.deletedMs),
      StackStatus: stack.status,
      StackStatusReason: stack.reason,
      DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
    })),
    NextToken,
  };
};

export const updateTerminationProtection: Action = (input, context) => {
  const stack = stackOf(context, requireString(input, 'StackName'));
  const isProtected = readBoolean(input, 'EnableTerminationProtection');
  if (isProtected === undefined) throw validationError('EnableTerminationProtection is required');
  stack.isProtected = isProtected;
  return { StackId: stack.id };
};

/** The template of a call or of a stack, for what only reads it. */
export async function anyTemplate(input: Record<string, unknown>, context: CallContext) {
  const name = readString(input, 'StackName', { min: 1 });
  const stack = name === undefined ? undefined : stackOf(context, name);
  if (stack === undefined) context.touches('*');
  const body = await readSource(input, context);
  if ((body === undefined) === (stack === undefined)) {
    throw validationError('One and only one of Template URL, Template Body or Stack Name must be specified.');
  }
  return readBody(body ?? stack?.settings.body ?? '');
}

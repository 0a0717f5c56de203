import { randomUUID } from 'node:crypto';
import { constraint, readBoolean, readOneOf, readString, requireString } from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { changeSetOf, findChangeSet, noStackNamed, stackOfChangeSet } from './change-set-lookup.ts';
import type { PlannedChanges } from './changes.ts';
import { planChanges } from './changes.ts';
import { runCreate, runUpdate } from './deploy.ts';
import { desiredOf } from './desired.ts';
import { alreadyExists, invalidChangeSetStatus, validationError } from './errors.ts';
import { checkRole, goOn, newOperation, setStackStatus } from './operation.ts';
import { readPage } from './paging.ts';
import { describeParameters } from './parameter-values.ts';
import { newStack, readDesired, readNewName, readOnFailure, readRoleArn, readToken } from './requests.ts';
import type { Change, ChangeSet, Settings, Stack } from './stack-store.ts';
import { findStack, makeObsolete, STORE, stackArn, stackOf } from './stack-store.ts';
import { checkUpdatable } from './stacks.ts';
import { readBody, requireTemplate } from './template-source.ts';

const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

const NOTHING: Settings = {
  body: '',
  parameters: {},
  resolved: {},
  tags: [],
  capabilities: [],
  notificationArns: [],
  roleArn: undefined,
};

/** The stack of a new change set; one of type CREATE makes it, without resources. */
function stackForChangeSet(
  input: Record<string, unknown>,
  context: CallContext,
  type: ChangeSet['type'],
  changeSetName: string,
): Stack {
  const name = requireString(input, 'StackName', { min: 1 });
  const stack = findStack(context, name);
  context.touches(stack?.id ?? stackArn(context, name));
  if (type === 'UPDATE') {
    if (stack === undefined) throw noStackNamed(name);
    checkUpdatable(stack);
    return stack;
  }
  if (stack === undefined)
    return newStack(context, stackArn(context, readNewName(input), randomUUID()), name, NOTHING, undefined);
  if (stack.status === 'REVIEW_IN_PROGRESS') return stack;
  throw validationError(
    `Stack [${stack.name}] already exists and cannot be created again with the changeSet [${changeSetName}].`,
  );
}

/** @throws ServiceError `ValidationError` for a stack that has left the state of its change set */
const checkState = (stack: Stack, type: ChangeSet['type']) =>
  checkUpdatable(stack, type === 'CREATE' ? ['REVIEW_IN_PROGRESS'] : undefined);

function outcomeOf({ hasChanges, missingExport }: PlannedChanges, type: ChangeSet['type']) {
  if (missingExport !== undefined) {
    return { status: 'FAILED', reason: `No export named ${missingExport} found`, executionStatus: 'UNAVAILABLE' };
  }
  if (!hasChanges && type === 'UPDATE') return { status: 'FAILED', reason: NO_CHANGES, executionStatus: 'UNAVAILABLE' };
  return { status: 'CREATE_COMPLETE', reason: undefined, executionStatus: 'AVAILABLE' };
}

export const createChangeSet: Action = async (input, context) => {
  const name = requireString(input, 'ChangeSetName', { min: 1, max: 128 });
  if (!/^[a-zA-Z][-a-zA-Z0-9]*$/.test(name)) {
    throw constraint('ChangeSetName', 'satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*', name);
  }
  const type = readOneOf(input, 'ChangeSetType', ['CREATE', 'UPDATE', 'IMPORT']) ?? 'UPDATE';
  if (type === 'IMPORT') throw validationError('ChangeSetType IMPORT is not supported by the local endpoint');
  const stack = stackForChangeSet(input, context, type, name);
  const given = readRoleArn(input);
  checkRole(given, stack.id, context);
  const roleArn = given ?? stack.settings.roleArn;
  const token = readToken(input, 'ClientToken');
  const onStackFailure = readOnFailure(input, 'OnStackFailure');
  const description = readString(input, 'Description', { max: 1024 });
  const isNew = type === 'CREATE';
  const template = await requireTemplate(input, context, isNew ? undefined : stack);
  const previous = isNew ? undefined : stack.settings;
  const desired = await readDesired(input, stack, template, previous, context, true);
  if (findChangeSet(stack, name) !== undefined) throw alreadyExists(`ChangeSet ${name} already exists`);
  const planned = planChanges(stack, desired, context.stores);
  const stacks = context.stores.get(STORE);
  // The stack may have changed or gone while the template was read.
  if (stacks.has(stack.id)) checkState(stack, type);
  else {
    const other = findStack(context, stack.name);
    if (other !== undefined) throw alreadyExists(`Stack [${stack.name}] already exists`);
    stacks.set(stack.id, stack);
    setStackStatus(newOperation(stack, context, token, roleArn), 'REVIEW_IN_PROGRESS', 'User Initiated');
  }
  const changeSet: ChangeSet = {
    id: stack.id.replace(/:stack\/.*$/, `:changeSet/${name}/${randomUUID()}`),
    name,
    description,
    createdMs: context.clock.now(),
    type,
    settings: desired.settings,
    changes: planned.changes,
    onStackFailure,
    ...outcomeOf(planned, type),
  };
  stack.changeSets.set(changeSet.id, changeSet);
  if (isNew) {
    stack.settings = desired.settings;
    stack.description = template.read.description;
  }
  return { Id: changeSet.id, StackId: stack.id };
};

const detailsOf = ({ details }: Change, withValues: boolean) =>
  details.map(({ attribute, name, recreation, isStatic, before, after }) => ({
    Target: {
      Attribute: attribute,
      Name: name,
      RequiresRecreation: recreation,
      Path: withValues && name !== undefined ? `/Properties/${name}` : undefined,
      BeforeValue: withValues ? before : undefined,
      AfterValue: withValues ? after : undefined,
      AttributeChangeType: withValues
        ? before === undefined
          ? 'Add'
          : after === undefined
            ? 'Remove'
            : 'Modify'
        : undefined,
    },
    Evaluation: isStatic ? 'Static' : 'Dynamic',
    ChangeSource: isStatic ? 'DirectModification' : 'ResourceReference',
  }));

const describeChange = (change: Change, withValues: boolean) => ({
  Type: 'Resource',
  ResourceChange: {
    PolicyAction: change.policyAction,
    Action: change.action,
    LogicalResourceId: change.logicalId,
    PhysicalResourceId: change.physicalId,
    ResourceType: change.type,
    Replacement: change.replacement,
    Scope: [...new Set(change.details.map(({ attribute }) => attribute))],
    Details: detailsOf(change, withValues),
    BeforeContext: withValues ? change.before : undefined,
    AfterContext: withValues ? change.after : undefined,
  },
});

const summary = ({ id, name, description, createdMs, status, reason, executionStatus }: ChangeSet, stack: Stack) => ({
  ChangeSetId: id,
  ChangeSetName: name,
  StackId: stack.id,
  StackName: stack.name,
  Description: description,
  CreationTime: createdMs / 1000,
  ExecutionStatus: executionStatus,
  Status: status,
  StatusReason: reason,
  IncludeNestedStacks: false,
});

export const describeChangeSet: Action = async (input, context) => {
  const { stack, changeSet } = changeSetOf(input, context);
  const withValues = readBoolean(input, 'IncludePropertyValues') ?? false;
  const { items, NextToken } = readPage(input, changeSet.changes, 100);
  const { settings } = changeSet;
  const { read } = await readBody(settings.body);
  return {
    ...summary(changeSet, stack),
    Parameters: describeParameters(settings, read),
    NotificationARNs: settings.notificationArns,
    RollbackConfiguration: {},
    Capabilities: settings.capabilities,
    Tags: settings.tags.map(({ key, value }) => ({ Key: key, Value: value })),
    Changes: items.map((change) => describeChange(change, withValues)),
    OnStackFailure: changeSet.onStackFailure,
    NextToken,
  };
};

export const listChangeSets: Action = (input, context) => {
  const stack = stackOf(context, requireString(input, 'StackName'), noStackNamed);
  const all = [...stack.changeSets.values()].filter(({ executionStatus }) => executionStatus !== 'EXECUTE_COMPLETE');
  const { items, NextToken } = readPage(input, all, 100);
  return { Summaries: items.map((changeSet) => summary(changeSet, stack)), NextToken };
};

export const deleteChangeSet: Action = (input, context) => {
  const { name, stack } = stackOfChangeSet(input, context);
  const changeSet = findChangeSet(stack, name);
  if (changeSet === undefined) return {};
  if (changeSet.executionStatus === 'EXECUTE_IN_PROGRESS') {
    throw invalidChangeSetStatus(
      `ChangeSet [${changeSet.id}] cannot be deleted in its current execution status of [${changeSet.executionStatus}]`,
    );
  }
  stack.changeSets.delete(changeSet.id);
  return {};
};

/** @throws ServiceError `InvalidChangeSetStatus` */
function checkExecutable({ id, status, executionStatus }: ChangeSet): void {
  if (status !== 'CREATE_COMPLETE') {
    throw invalidChangeSetStatus(`ChangeSet [${id}] cannot be executed in its current status of [${status}]`);
  }
  if (executionStatus !== 'AVAILABLE') {
    throw invalidChangeSetStatus(
      `ChangeSet [${id}] cannot be executed in its current execution status of [${executionStatus}]`,
    );
  }
}

/** The other change sets are about a stack that is no more as they saw it. */
function dropOthers(stack: Stack, executed: ChangeSet): void {
  makeObsolete(stack);
  for (const { id } of stack.changeSets.values()) if (id !== executed.id) stack.changeSets.delete(id);
}

export const executeChangeSet: Action = async (input, context) => {
  const { stack, changeSet } = changeSetOf(input, context);
  checkExecutable(changeSet);
  const token = readToken(input);
  const { settings, type } = changeSet;
  const disableRollback = readBoolean(input, 'DisableRollback') ?? false;
  const onFailure = readOnFailure({ OnStackFailure: changeSet.onStackFailure }, 'OnStackFailure');
  const failurePlan = {
    onFailure: onFailure ?? (disableRollback ? ('DO_NOTHING' as const) : ('ROLLBACK' as const)),
    retainExceptOnCreate: readBoolean(input, 'RetainExceptOnCreate') ?? false,
  };
  const desired = desiredOf(stack, await readBody(settings.body), settings);
  checkExecutable(changeSet);
  checkState(stack, type);
  changeSet.executionStatus = 'EXECUTE_IN_PROGRESS';
  stack.changeSetId = changeSet.id;
  dropOthers(stack, changeSet);
  const operation = newOperation(stack, context, token, settings.roleArn);
  if (type === 'CREATE') {
    stack.settings = settings;
    stack.description = desired.template.read.description;
    stack.disableRollback = failurePlan.onFailure === 'DO_NOTHING';
  }
  stack.updatedMs = context.clock.now();
  setStackStatus(operation, `${type}_IN_PROGRESS`, 'User Initiated');
  goOn(context, async () => {
    await (type === 'CREATE' ? runCreate : runUpdate)(operation, desired, failurePlan);
    changeSet.executionStatus = /^(CREATE|UPDATE)_COMPLETE$/.test(stack.status) ? 'EXECUTE_COMPLETE' : 'EXECUTE_FAILED';
  });
  return {};
};

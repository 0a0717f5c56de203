import { readBoolean, readString, readStructure, requireString } from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { changeSetOf } from './change-set-lookup.ts';
import { validationError } from './errors.ts';
import { readNewest, readPage } from './paging.ts';
import type { Stack, StackEvent, StackResource } from './stack-store.ts';
import { allStacks, stackArn, stackOf } from './stack-store.ts';

const NOT_CHECKED = { StackResourceDriftStatus: 'NOT_CHECKED' };

const summaryOf = (resource: StackResource) => ({
  LogicalResourceId: resource.logicalId,
  PhysicalResourceId: resource.physicalId || undefined,
  ResourceType: resource.type,
  ResourceStatus: resource.status,
  ResourceStatusReason: resource.reason,
  DriftInformation: NOT_CHECKED,
});

const describe = (resource: StackResource, stack: Stack) => ({
  StackName: stack.name,
  StackId: stack.id,
  ...summaryOf(resource),
  Timestamp: resource.changedMs / 1000,
  Description: resource.description,
});

const missing = (logicalId: string, stackName: string) =>
  validationError(`Resource ${logicalId} does not exist for stack ${stackName}`);

export const describeStackResource: Action = (input, context) => {
  const stack = stackOf(context, requireString(input, 'StackName'), (name) =>
    validationError(`Stack '${name}' does not exist`),
  );
  const logicalId = requireString(input, 'LogicalResourceId');
  const resource = stack.resources.get(logicalId);
  if (resource === undefined) throw missing(logicalId, stack.name);
  const { Timestamp, ...described } = describe(resource, stack);
  return {
    StackResourceDetail: {
      ...described,
      LastUpdatedTimestamp: Timestamp,
      Metadata: Object.keys(resource.metadata).length === 0 ? undefined : JSON.stringify(resource.metadata),
    },
  };
};

/** The stack that a physical resource is of. */
function stackOfPhysical(context: CallContext, physicalId: string): Stack {
  const stack = allStacks(context).find(({ resources }) =>
    [...resources.values()].some((resource) => resource.physicalId === physicalId),
  );
  context.touches(stack?.id ?? stackArn(context, '*'));
  if (stack === undefined) throw validationError(`Stack for ${physicalId} does not exist`);
  return stack;
}

export const describeStackResources: Action = (input, context) => {
  const name = readString(input, 'StackName', { min: 1 });
  const physicalId = readString(input, 'PhysicalResourceId', { min: 1 });
  if ((name === undefined) === (physicalId === undefined)) {
    throw validationError('One and only one of StackName or PhysicalResourceId must be specified');
  }
  const stack = name === undefined ? stackOfPhysical(context, physicalId ?? '') : stackOf(context, name);
  const logicalId = readString(input, 'LogicalResourceId');
  const found = [...stack.resources.values()].filter(
    (resource) => logicalId === undefined || resource.logicalId === logicalId,
  );
  if (logicalId !== undefined && found.length === 0) throw missing(logicalId, stack.name);
  return { StackResources: found.map((resource) => describe(resource, stack)) };
};

export const listStackResources: Action = (input, context) => {
  const stack = stackOf(context, requireString(input, 'StackName'));
  const { items, NextToken } = readPage(input, [...stack.resources.values()], 100);
  return {
    StackResourceSummaries: items.map((resource) => ({
      ...summaryOf(resource),
      LastUpdatedTimestamp: resource.changedMs / 1000,
    })),
    NextToken,
  };
};

const describeEvent = (event: StackEvent) => ({
  EventId: event.id,
  OperationId: event.operationId,
  LogicalResourceId: event.logicalId,
  PhysicalResourceId: event.physicalId || undefined,
  ResourceType: event.type,
  Timestamp: event.atMs / 1000,
  ResourceStatus: event.status,
  ResourceStatusReason: event.reason,
  ResourceProperties: event.properties,
  ClientRequestToken: event.token,
});

export const describeStackEvents: Action = (input, context) => {
  const stack = stackOf(context, requireString(input, 'StackName'), (name) =>
    validationError(`Stack [${name}] does not exist`),
  );
  const { items, NextToken } = readNewest(input, stack.events, 100);
  return {
    StackEvents: items.map((event) => ({ ...describeEvent(event), StackId: stack.id, StackName: stack.name })),
    NextToken,
  };
};

/**
 * The events of one operation, of a stack, or of the creation of a change set: that has none here.
 */
export const describeEvents: Action = (input, context) => {
  const changeSetName = readString(input, 'ChangeSetName', { min: 1 });
  const stackName = readString(input, 'StackName', { min: 1 });
  const operationId = readString(input, 'OperationId', { min: 1 });
  const isFailed = readBoolean(readStructure(input, 'Filters') ?? {}, 'FailedEvents') ?? false;
  if (changeSetName !== undefined) {
    changeSetOf(input, context);
    return { OperationEvents: [] };
  }
  const stack = stackName === undefined ? stackOfOperation(context, operationId) : stackOf(context, stackName);
  const all = stack.events.filter(
    (event) =>
      (operationId === undefined || event.operationId === operationId) &&
      (!isFailed || event.status.endsWith('_FAILED')),
  );
  const { items, NextToken } = readNewest(input, all, 100);
  return {
    OperationEvents: items.map((event) => ({ ...describeEvent(event), StackId: stack.id, EventType: 'STACK_EVENT' })),
    NextToken,
  };
};

function stackOfOperation(context: CallContext, operationId: string | undefined): Stack {
  const stack = allStacks(context).find(({ events }) => events.some((event) => event.operationId === operationId));
  context.touches(stack?.id ?? stackArn(context, '*'));
  if (operationId === undefined)
    throw validationError('One of StackName, ChangeSetName or OperationId must be specified');
  if (stack === undefined) throw validationError(`Operation [${operationId}] does not exist`);
  return stack;
}

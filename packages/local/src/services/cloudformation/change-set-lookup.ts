import { readString, requireString } from '../../core/input.ts';
import type { CallContext } from '../../core/service.ts';
import { changeSetNotFound, validationError } from './errors.ts';
import type { ChangeSet, Stack } from './stack-store.ts';
import { allStacks, stackOf } from './stack-store.ts';

export const noStackNamed = (name: string) => validationError(`Stack [${name}] does not exist`);

/** The stack that a call's change set is of, and the change set's name or ARN. */
export function stackOfChangeSet(input: Record<string, unknown>, context: CallContext) {
  const name = requireString(input, 'ChangeSetName', { min: 1, max: 1600 });
  const stackName = readString(input, 'StackName', { min: 1 });
  if (stackName !== undefined) return { name, stack: stackOf(context, stackName, noStackNamed) };
  if (!name.startsWith('arn:')) {
    throw validationError('StackName must be specified if ChangeSetName is not specified as an ARN.');
  }
  const stack = allStacks(context).find(({ changeSets }) => changeSets.has(name));
  context.touches(stack?.id ?? '*');
  if (stack === undefined) throw changeSetNotFound(name);
  return { name, stack };
}

/** By ARN also one that was executed. */
export function findChangeSet({ changeSets }: Stack, nameOrArn: string): ChangeSet | undefined {
  if (nameOrArn.startsWith('arn:')) return changeSets.get(nameOrArn);
  return [...changeSets.values()].find((one) => one.name === nameOrArn && one.executionStatus !== 'EXECUTE_COMPLETE');
}

/** @throws ServiceError `ChangeSetNotFound` */
export function changeSetOf(
  input: Record<string, unknown>,
  context: CallContext,
): { readonly stack: Stack; readonly changeSet: ChangeSet } {
  const { name, stack } = stackOfChangeSet(input, context);
  const changeSet = findChangeSet(stack, name);
  if (changeSet === undefined) throw changeSetNotFound(name);
  return { stack, changeSet };
}

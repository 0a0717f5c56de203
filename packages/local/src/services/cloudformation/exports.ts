import { requireString } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import type { Stores } from '../../core/stores.ts';
import type { Scope } from '../../provision/intrinsics.ts';
import { NO_VALUE, resolveIntrinsics, text } from '../../provision/intrinsics.ts';
import { unknownValueIn } from '../../provision/unknown-value.ts';
import type { Desired } from './desired.ts';
import { validationError } from './errors.ts';
import { readPage } from './paging.ts';
import type { Stack, StackOutput } from './stack-store.ts';
import { exportsOf, importersOf } from './stack-store.ts';

/** The outputs of a deployment. One whose value only AWS can give is left out. */
export function readOutputs({ plan, template }: Desired, scope: Scope): StackOutput[] {
  return plan.outputs.flatMap(({ name, value, description, exportName }) => {
    try {
      const resolved = resolveIntrinsics(value, scope, `Outputs.${name}`);
      if (resolved === NO_VALUE) return [];
      return {
        key: name,
        value: text(resolved, `the output ${name}`),
        description,
        exportName:
          exportName === undefined
            ? undefined
            : text(resolveIntrinsics(exportName, scope, `Outputs.${name}.Export.Name`), 'the name of an export'),
      };
    } catch (error) {
      if (unknownValueIn(error) === undefined || template.read.outputs.length === 0) throw error;
      return [];
    }
  });
}

const namesOf = (stacks: readonly Stack[]) => stacks.map(({ name }) => name).join(' and ');

/**
 * Why outputs cannot become those of a stack: an export is taken, or another stack uses it as it
 * was.
 */
export function exportFault(stack: Stack, outputs: readonly StackOutput[], stores: Stores): string | undefined {
  for (const { exportName } of outputs) {
    const taken = exportsOf(stores).find(({ name, stack: owner }) => name === exportName && owner !== stack);
    if (taken !== undefined) {
      return `Export with name ${exportName} is already exported by stack ${taken.stack.name}.`;
    }
  }
  for (const { exportName, value } of stack.outputs) {
    if (exportName === undefined) continue;
    const users = importersOf(stores, exportName);
    const now = outputs.find((output) => output.exportName === exportName);
    if (users.length === 0 || now?.value === value) continue;
    const what = now === undefined ? 'deleted' : 'updated';
    return `Export ${exportName} cannot be ${what} as it is in use by ${namesOf(users)}`;
  }
  return undefined;
}

/** Why a stack cannot be deleted. */
export const usedExport = (stack: Stack, stores: Stores) => exportFault(stack, [], stores);

export const listExports: Action = (input, { stores }) => {
  const all = exportsOf(stores);
  const { items, NextToken } = readPage(input, all, 100);
  return {
    Exports: items.map(({ name, value, stack }) => ({ ExportingStackId: stack.id, Name: name, Value: value })),
    NextToken,
  };
};

export const listImports: Action = (input, { stores }) => {
  const name = requireString(input, 'ExportName');
  const users = importersOf(stores, name);
  if (users.length === 0) throw validationError(`Export '${name}' is not imported by any stack.`);
  const { items, NextToken } = readPage(input, users, 100);
  return { Imports: items.map((stack) => stack.name), NextToken };
};

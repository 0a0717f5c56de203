import type { Attributes, AttributeValue } from '../values/attribute-value.ts';
import { emptyAttributes } from '../values/attribute-value.ts';
import type { Path } from './path.ts';

type Step = string | number;

/** The steps below each first step; an empty list among them means all of it. */
function byFirstStep(paths: ReadonlyArray<readonly Step[]>): Map<Step, Array<readonly Step[]>> {
  const groups = new Map<Step, Array<readonly Step[]>>();
  for (const [first, ...rest] of paths) {
    if (first !== undefined) groups.set(first, [...(groups.get(first) ?? []), rest]);
  }
  return groups;
}

function projectValue(
  value: AttributeValue | undefined,
  paths: ReadonlyArray<readonly Step[]>,
): AttributeValue | undefined {
  if (value === undefined || paths.some((steps) => steps.length === 0)) return value;
  if ('M' in value) {
    const M = projectSteps(value.M, paths);
    return Object.keys(M).length === 0 ? undefined : { M };
  }
  if (!('L' in value)) return undefined;
  const elements = [...byFirstStep(paths)]
    .flatMap(([step, below]) => (typeof step === 'number' ? [{ step, below }] : []))
    .sort((left, right) => left.step - right.step)
    .flatMap(({ step, below }) => projectValue(value.L[step], below) ?? []);
  return elements.length === 0 ? undefined : { L: elements };
}

function projectSteps(attributes: Attributes, paths: ReadonlyArray<readonly Step[]>): Attributes {
  const projected = emptyAttributes();
  for (const [step, below] of byFirstStep(paths)) {
    if (typeof step === 'number') continue;
    const value = projectValue(attributes[step], below);
    if (value !== undefined) projected[step] = value;
  }
  return projected;
}

/** The parts of an item at the paths; elements of a list close up, in the list's order. */
export function project(attributes: Attributes, paths: readonly Path[]): Attributes {
  return projectSteps(attributes, paths);
}

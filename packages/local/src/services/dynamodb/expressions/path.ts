import { validationError } from '../errors.ts';
import type { Attributes, AttributeValue } from '../values/value.ts';
import { copyAttributes, emptyAttributes } from '../values/value.ts';

/** A place in an item: attribute names and list indexes, the first an attribute's name. */
export type Path = readonly [string, ...ReadonlyArray<string | number>];

/** The value at `path`, if there is one. */
export function valueAt(item: Attributes, path: Path): AttributeValue | undefined {
  const [first, ...rest] = path;
  let value: AttributeValue | undefined = item[first];
  for (const step of rest) {
    if (value === undefined) return undefined;
    if (typeof step === 'number') value = 'L' in value ? value.L[step] : undefined;
    else value = 'M' in value ? value.M[step] : undefined;
  }
  return value;
}

/** As AWS's messages show a path: `[a, [0], b]`. */
export function showPath(path: Path): string {
  return `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;
}

/**
 * How two paths of one expression get in each other's way: one is the other or lies in it
 * (`overlap`), or they want the same value to be a list and a map (`conflict`).
 */
function clashOf(left: Path, right: Path): 'overlap' | 'conflict' | undefined {
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [first, other] = [left[index], right[index]];
    if (typeof first !== typeof other) return 'conflict';
    if (first !== other) return undefined;
  }
  return 'overlap';
}

/**
 * @throws ServiceError when two of the paths overlap or conflict: overlaps anywhere first, as AWS
 *   does.
 */
export function checkPaths(paths: readonly Path[]): void {
  for (const kind of ['overlap', 'conflict'] as const) {
    for (const [index, second] of paths.entries()) {
      for (const first of paths.slice(0, index)) {
        if (clashOf(first, second) !== kind) continue;
        throw validationError(
          `Two document paths ${kind} with each other; must remove or rewrite one of these paths; ` +
            `path one: ${showPath(first)}, path two: ${showPath(second)}`,
        );
      }
    }
  }
}

/** A value to put at a path, or with none, to remove from it. */
interface Change {
  readonly path: Path;
  readonly value: AttributeValue | undefined;
}

/**
 * The changes below one attribute or element: either one for it as a whole or some for what is in
 * it.
 */
type Step = string | number;
interface Pending {
  readonly steps: readonly Step[];
  readonly value: AttributeValue | undefined;
}

const invalidPath = () => validationError('The document path provided in the update expression is invalid for update');

function byFirstStep(pending: readonly Pending[]): Map<Step, Pending[]> {
  const groups = new Map<Step, Pending[]>();
  for (const { steps, value } of pending) {
    const [first, ...rest] = steps;
    if (first === undefined) continue;
    groups.set(first, [...(groups.get(first) ?? []), { steps: rest, value }]);
  }
  return groups;
}

function changeValue(old: AttributeValue | undefined, pending: readonly Pending[]): AttributeValue | undefined {
  const whole = pending.find(({ steps }) => steps.length === 0);
  if (whole !== undefined) return whole.value;
  if (old === undefined) throw invalidPath();
  if ('M' in old) return { M: changeMap(old.M, pending) };
  if ('L' in old) return { L: changeList(old.L, pending) };
  throw invalidPath();
}

function changeMap(old: Attributes, pending: readonly Pending[]): Attributes {
  const changed = copyAttributes(old);
  for (const [step, below] of byFirstStep(pending)) {
    if (typeof step === 'number') throw invalidPath();
    const value = changeValue(old[step], below);
    if (value === undefined) delete changed[step];
    else changed[step] = value;
  }
  return changed;
}

function changeList(old: readonly AttributeValue[], pending: readonly Pending[]): AttributeValue[] {
  // Indexes mean the list as it was: removed elements leave a gap until the end, elements set
  // beyond it follow in their order.
  const changed = new Map<number, AttributeValue | undefined>(old.entries());
  for (const [step, below] of byFirstStep(pending)) {
    if (typeof step === 'string') throw invalidPath();
    changed.set(step, changeValue(old[step], below));
  }
  return [...changed]
    .sort(([left], [right]) => left - right)
    .flatMap(([, value]) => (value === undefined ? [] : [value]));
}

/**
 * The attributes with all changes made at once; paths must not overlap.
 *
 * @throws ServiceError when a path leads through a value that is missing or has no such kind of
 *   element.
 */
export function changeAt(attributes: Attributes, changes: readonly Change[]): Attributes {
  return changeMap(
    attributes,
    changes.map(({ path, value }) => ({ steps: path, value })),
  );
}

/** The steps below each first step; an empty list among them means all of it. */
function pathsByFirstStep(paths: ReadonlyArray<readonly Step[]>): Map<Step, Array<readonly Step[]>> {
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
  const elements = [...pathsByFirstStep(paths)]
    .flatMap(([step, below]) => (typeof step === 'number' ? [{ step, below }] : []))
    .sort((left, right) => left.step - right.step)
    .flatMap(({ step, below }) => projectValue(value.L[step], below) ?? []);
  return elements.length === 0 ? undefined : { L: elements };
}

function projectSteps(attributes: Attributes, paths: ReadonlyArray<readonly Step[]>): Attributes {
  const projected = emptyAttributes();
  for (const [step, below] of pathsByFirstStep(paths)) {
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

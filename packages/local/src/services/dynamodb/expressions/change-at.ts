import { validationError } from '../errors.ts';
import type { Attributes, AttributeValue } from '../values/attribute-value.ts';
import { copyAttributes } from '../values/attribute-value.ts';
import type { Path } from './path.ts';

/** A value to put at a path, or with none, to remove from it. */
export interface Change {
  readonly path: Path;
  readonly value: AttributeValue | undefined;
}

/** The changes below one attribute or element: either one for it as a whole or some for what is in it. */
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
  // Indexes mean the list as it was: removed elements leave a gap until the end, elements set beyond it follow in their order.
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
 * @throws ServiceError when a path leads through a value that is missing or has no such kind of element.
 */
export function changeAt(attributes: Attributes, changes: readonly Change[]): Attributes {
  return changeMap(
    attributes,
    changes.map(({ path, value }) => ({ steps: path, value })),
  );
}

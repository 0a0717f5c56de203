import type { KeyTest } from '../expressions/key-condition.ts';
import { sortable } from '../values/sortable.ts';

interface Bound {
  /** A range key's sortable text. */
  readonly text: string;
  readonly inclusive: boolean;
}

/** A stretch of range keys. */
export interface Bounds {
  readonly low: Bound | undefined;
  readonly high: Bound | undefined;
}

/** Sorts above every text that begins with `prefix`: sortable texts have no character beyond `\xff`. */
const lastOf = (prefix: string) => `${prefix}\uffff`;

/** The stretch of range keys that satisfy a test. */
export function boundsOf({ operator, values }: KeyTest): Bounds {
  const [first = '', second = ''] = values.map((value) => sortable(value) ?? '');
  const at = (text: string, inclusive = true): Bound => ({ text, inclusive });
  if (operator === '=') return { low: at(first), high: at(first) };
  if (operator === '<') return { low: undefined, high: at(first, false) };
  if (operator === '<=') return { low: undefined, high: at(first) };
  if (operator === '>') return { low: at(first, false), high: undefined };
  if (operator === '>=') return { low: at(first), high: undefined };
  if (operator === 'BETWEEN') return { low: at(first), high: at(second) };
  return { low: at(first), high: at(lastOf(first)) };
}

/** Whether a range key lies below the stretch. */
export function isBelow(text: string, { low }: Bounds): boolean {
  return low !== undefined && (text < low.text || (text === low.text && !low.inclusive));
}

/** Whether a range key lies above the stretch. */
export function isAbove(text: string, { high }: Bounds): boolean {
  return high !== undefined && (text > high.text || (text === high.text && !high.inclusive));
}

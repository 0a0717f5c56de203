import { sizeOf } from '../values/size-of.ts';
import type { Written } from './perform-write.ts';

/** What a write is charged for: the larger of the item before and the item after. */
export function bytesOf({ before, after }: Pick<Written, 'before' | 'after'>): number {
  return Math.max(before === undefined ? 0 : sizeOf(before), after === undefined ? 0 : sizeOf(after));
}

import { RULE_DETAIL } from '../schema/issue-detail.ts';
import type { Complaint } from './validate.ts';

/** Shorter values occur in messages by chance: they count only as whole words. */
const SHORTEST_PART = 4;

/**
 * Describes a complaint. A message that a function of the author's made (`superRefine`) is used if the function sees no secret and the
 * message contains none of the `values` that it sees.
 */
export function shownDetail({ detail, issue }: Complaint, seesSecret: boolean, values: readonly unknown[]): string {
  const message = issue?.message;
  if (detail !== RULE_DETAIL || seesSecret || typeof message !== 'string' || message === '') return detail;
  return values.flatMap(textsOf).some((value) => contains(message, value)) ? detail : message;
}

function contains(message: string, value: string): boolean {
  if (value === '' || !message.includes(value)) return false;
  return value.length >= SHORTEST_PART || message.split(/[^\p{L}\p{N}]+/u).includes(value);
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value, value.trim(), String(Number(value))].filter((text) => text !== 'NaN');
  if (typeof value === 'object' && value !== null) {
    const parts =
      value instanceof Map || value instanceof Set ? [...value] : [...Object.keys(value), ...Object.values(value)];
    return parts.flatMap(textsOf);
  }
  return value === undefined || value === null ? [] : [String(value)];
}

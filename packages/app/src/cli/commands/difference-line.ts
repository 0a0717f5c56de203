import type { JsonDifference } from '../json-differences.ts';

/** Characters of a value that are shown. */
const LONGEST = 100;

/** One difference as one line: `~ resources[orders].visibilitySeconds: 30 -> 60`. */
export function differenceLine(difference: JsonDifference): string {
  const { path, was, is } = difference;
  if (!('is' in difference)) return `- ${path}${behind(path, was)}`;
  if (!('was' in difference)) return `+ ${path}${behind(path, is)}`;
  return `~ ${path}: ${brief(was)} -> ${brief(is)}`;
}

/** The value, unless the path says it already. */
function behind(path: string, value: unknown): string {
  return path.endsWith(`[${value}]`) ? '' : `: ${brief(value)}`;
}

function brief(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}

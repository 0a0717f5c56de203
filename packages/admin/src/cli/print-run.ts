import type { Run } from '../runs/run.ts';
import { durationText } from './progress.ts';

/**
 * The record as one line of JSON. Values that JSON lacks become text; a result that cannot be
 * written is left out, and `complete` is false.
 */
export function runLine(run: Run): { line: string; complete: boolean } {
  try {
    return { line: JSON.stringify(run, jsonValue), complete: true };
  } catch {
    const { result: _unwritable, ...rest } = run;
    return { line: JSON.stringify(rest), complete: false };
  }
}

/** A result for people: text as it is, other values as JSON. */
export function resultText(result: unknown, indent: number): string {
  if (typeof result === 'string') return result;
  try {
    return JSON.stringify(result, jsonValue, indent) ?? String(result);
  } catch {
    return String(result);
  }
}

/** How it went, in one sentence. */
export function runSummary({ task, status, durationMs, id, error }: Run): string {
  const summary = `${task} ${status} after ${durationText(durationMs)} (run ${id})`;
  return error ? `${summary}: ${error.name}: ${error.message}` : summary;
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map) return Object.fromEntries(value);
  return value instanceof Set ? [...value] : value;
}

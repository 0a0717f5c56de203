import type { Redactor } from '@twelvefold/logging';
import type { TaskPolicy } from './task.ts';

/** Stands for a secret in records, lists and logs. */
export const MASKED = '***';

/** The secret parameters among those that were given. */
export function secretsOf({ secretParams = [] }: TaskPolicy, given: unknown): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(Object.entries(given).filter(([name]) => secretParams.includes(name)));
}

/**
 * Secret parameters of a run that its record does not have and `given` lacks: the task would work
 * with {@link MASKED}.
 */
export function missingSecrets(
  { secretParams = [] }: TaskPolicy,
  params: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
): string[] {
  return secretParams.filter((name) => params[name] === MASKED && !Object.hasOwn(given, name));
}

/**
 * Hides secrets from logs, errors and results from now on: the texts and numbers in them, at any
 * depth, also those of a parameter that is JSON as text.
 */
export function hideSecrets(secrets: Readonly<Record<string, unknown>>, redactor: Redactor | undefined): void {
  if (redactor === undefined) return;
  const hide = (value: unknown): void => {
    if (typeof value === 'number' || typeof value === 'bigint') redactor.add(String(value));
    else if (typeof value === 'string') {
      redactor.add(value);
      if (/^\s*[[{]/.test(value)) hide(parsed(value));
    } else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) hide(one);
  };
  hide(secrets);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

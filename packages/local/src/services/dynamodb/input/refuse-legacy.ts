import { notImplemented } from '../errors.ts';

/** @throws ServiceError 501 when the input uses a parameter of the time before expressions. */
export function refuseLegacy(
  action: string,
  input: Readonly<Record<string, unknown>>,
  parameters: Readonly<Record<string, unknown>>,
): void {
  const used = Object.keys(parameters).find((name) => input[name] !== undefined);
  if (used !== undefined) throw notImplemented(action, `the legacy parameter ${used}`);
}

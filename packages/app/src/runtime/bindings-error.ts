import { TwelvefoldError } from '@twelvefold/core';
import type { Binding } from '../bindings.ts';

/** A binding that is nowhere, or whose value cannot be one. */
export interface BindingFault {
  readonly binding: Binding;
  /** Where the malformed value came from, and what it should be; `undefined` when there is none. */
  readonly malformed?: { readonly source: 'environment' | 'parameter'; readonly expected: string };
}

/** The faults in the bindings of an app, all at once, with both ways to supply each. */
export class BindingsError extends TwelvefoldError {
  override readonly name = 'BindingsError';
  readonly faults: readonly BindingFault[];

  constructor(faults: readonly BindingFault[]) {
    super('BINDINGS_INVALID', `Cannot find ${faults.length} of the app's resources:\n${faults.map(line).join('\n')}`);
    this.faults = faults;
  }
}

function line({ binding: { key, env, parameter }, malformed }: BindingFault): string {
  if (!malformed) return `  ${key}: set ${env}, or put the parameter ${parameter}`;
  const { source, expected } = malformed;
  return `  ${key}: ${source === 'environment' ? env : `the parameter ${parameter}`} is not ${expected}; correct it`;
}

import { TwelvefoldError } from '@twelvefold/lifecycle';
import type { Binding } from '../bindings.ts';

/** Bindings that are nowhere: the environment names none and Parameter Store has none. */
export class BindingsError extends TwelvefoldError {
  override readonly name = 'BindingsError';
  readonly missing: readonly Binding[];

  constructor(missing: readonly Binding[]) {
    const lines = missing.map(({ key, env, parameter }) => `  ${key}: set ${env}, or put the parameter ${parameter}`);
    super('BINDINGS_MISSING', `Cannot find ${missing.length} of the app's resources:\n${lines.join('\n')}`);
    this.missing = missing;
  }
}

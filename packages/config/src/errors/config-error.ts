import type { ConfigTarget } from '../schema/names.ts';
import type { ConfigFault } from './config-fault.ts';
import { faultText } from './fault-text.ts';

const BRAND = Symbol.for('twelvefold.config-error');

/**
 * Everything that is wrong with a config, at once. `message` is for a terminal, `toJSON()` for a log; neither contains a value.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';
  readonly app: string;
  readonly stage: string;
  readonly faults: readonly ConfigFault[];
  /** True when waiting may help: every fault is a store that could not be asked. Retry with back-off while starting. */
  readonly retryable: boolean;

  constructor(target: ConfigTarget, faults: readonly ConfigFault[], options?: ErrorOptions) {
    const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
    super(`Cannot load config of ${target.app} (stage ${target.stage}): ${count}${faultText(faults)}`, options);
    this.app = target.app;
    this.stage = target.stage;
    this.faults = Object.freeze([...faults]);
    this.retryable = faults.length > 0 && faults.every((fault) => fault.reason === 'unreachable');
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** True for this error, also from another copy of the package. */
  static isInstance(error: unknown): error is ConfigError {
    return error instanceof Error && BRAND in error;
  }

  toJSON(): {
    name: string;
    code: string;
    app: string;
    stage: string;
    retryable: boolean;
    faults: readonly ConfigFault[];
  } {
    const { name, code, app, stage, retryable, faults } = this;
    return { name, code, app, stage, retryable, faults };
  }
}

import { TwelvefoldError } from '@twelvefold/core';
import type { ConfigTarget } from '../schema/names.ts';
import type { ConfigFault } from './config-fault.ts';
import { faultText } from './fault-text.ts';

/** All faults of a config at once. `message` is for a terminal, `toJSON()` for a log; neither contains a value. */
export class ConfigError extends TwelvefoldError {
  override readonly name = 'ConfigError';
  override readonly code = 'CONFIG_INVALID';
  readonly app: string;
  readonly stage: string;
  readonly faults: readonly ConfigFault[];
  /** True if waiting may help: every fault is a store that did not answer. Retry with back-off while starting. */
  readonly retryable: boolean;

  constructor(target: ConfigTarget, faults: readonly ConfigFault[], options?: ErrorOptions) {
    const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
    super(
      'CONFIG_INVALID',
      `Cannot load config of ${target.app} (stage ${target.stage}): ${count}${faultText(faults)}`,
      options,
    );
    this.app = target.app;
    this.stage = target.stage;
    this.faults = Object.freeze([...faults]);
    this.retryable = faults.length > 0 && faults.every((fault) => fault.reason === 'unreachable');
  }

  /** Whether `error` is a config error, also of another copy of the package. */
  static override isInstance(error: unknown): error is ConfigError {
    return TwelvefoldError.isInstance(error, 'CONFIG_INVALID') && error.name === 'ConfigError';
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

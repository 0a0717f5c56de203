import { TwelvefoldError } from '@twelvefold/core';
import type { ConfigTarget } from '../schema/names.ts';
import type { ConfigFault, FaultReason } from './config-fault.ts';

const HEADINGS: ReadonlyArray<readonly [FaultReason, string]> = [
  ['missing', 'Missing'],
  ['malformed', 'Malformed'],
  ['unconfigured', 'Not configured'],
  ['denied', 'Denied'],
  ['unreachable', 'Unreachable'],
];

/**
 * All faults for a terminal, grouped by reason; the commands are on lines of their own, to be
 * copied.
 */
function faultText(faults: readonly ConfigFault[]): string {
  return HEADINGS.map(([reason, heading]) => {
    const group = faults.filter((fault) => fault.reason === reason);
    if (group.length === 0) return '';
    return `\n\n${heading}\n${reason === 'missing' || reason === 'malformed' ? group.map(one).join('\n') : byDetail(group)}`;
  }).join('');
}

function one(fault: ConfigFault): string {
  const from = fault.source === undefined ? '' : ` (from ${fault.source})`;
  const lines = [`  ${subject(fault)}: ${fault.detail}${from}`];
  if (fault.reason === 'missing') lines.push(`    looked in ${fault.lookedIn.join(', ') || 'no source at all'}`);
  const { env, file, command } = fault.supply;
  if (file !== undefined) lines.push(`    set it in ${file}`);
  if (env !== undefined) lines.push(`    set ${env}=<value>${command === undefined ? '' : ', or'}`);
  if (command !== undefined) lines.push(`    ${command}`);
  return lines.join('\n');
}

/**
 * One endpoint that is down, or one role, takes many keys along: what happened once, then the keys.
 */
function byDetail(faults: readonly ConfigFault[]): string {
  const details = [...new Set(faults.map((fault) => fault.detail))];
  return details
    .map((detail) => {
      const group = faults.filter((fault) => fault.detail === detail);
      const keys = group.map(subject);
      return `  ${detail}\n    needed for ${keys.join(', ')}${instead(group)}`;
    })
    .join('\n');
}

/**
 * The environment wins over a store that denies, so it is the other way. One that is down may come
 * back.
 */
function instead(faults: readonly ConfigFault[]): string {
  const names = faults.flatMap(({ reason, supply: { env } }) =>
    reason === 'denied' && env !== undefined ? [`${env}=<value>`] : [],
  );
  return names.length === 0 ? '' : `\n    or set ${names.join(' ')}`;
}

function subject(fault: ConfigFault): string {
  return `${fault.key === '' ? '(the whole config)' : fault.key}${fault.secret ? ' [secret]' : ''}`;
}

/**
 * All faults of a config at once. `message` is for a terminal, `toJSON()` for a log; neither
 * contains a value.
 */
export class ConfigError extends TwelvefoldError {
  override readonly name = 'ConfigError';
  override readonly code = 'CONFIG_INVALID';
  readonly app: string;
  readonly stage: string;
  readonly faults: readonly ConfigFault[];
  /**
   * True if waiting may help: every fault is a store that did not answer. Retry with back-off while
   * starting.
   */
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

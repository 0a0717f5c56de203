/**
 * - `missing`: no source has it.
 * - `denied`: a store or a file would not give it: no permission, no usable credentials, no
 *   decryption.
 * - `malformed`: there is a value and the schema, or the decoding before it, refuses it.
 * - `unconfigured`: the process lacks what every call to a store needs: a region, credentials, a
 *   usable endpoint, an SDK package.
 * - `unreachable`: a store could not be asked: no answer, throttling, an outage. It may pass by
 *   itself.
 */
export type FaultReason = 'missing' | 'denied' | 'malformed' | 'unconfigured' | 'unreachable';

/** One thing that is wrong with a config. Nothing in it is, or contains, a value. */
export interface ConfigFault {
  /**
   * The key; the path for a file as a whole; the object's key, or empty for the root, for a rule
   * over several keys.
   */
  readonly key: string;
  readonly reason: FaultReason;
  readonly secret: boolean;
  /** The expectation or the failure. */
  readonly detail: string;
  /** Where the value at fault came from; absent when there is none. */
  readonly source?: string;
  /** Every place that was looked in, the winning one first. */
  readonly lookedIn: readonly string[];
  /** The ways to supply it. */
  readonly supply: FaultSupply;
}

export interface FaultSupply {
  /** The environment variable. */
  readonly env?: string;
  /** The parameter's name in Parameter Store. */
  readonly parameter?: string;
  /** The secret's id in Secrets Manager. */
  readonly secretId?: string;
  /** The file that it may be in, when no store and no variable can have it. */
  readonly file?: string;
  /** A command that puts a value into the store; `<value>` stands for it. */
  readonly command?: string;
}

import { assertKnownOptions } from '@twelvefold/core/internal';
import type { FieldOf } from './field-of.ts';

/**
 * How a FIFO queue or topic groups its messages and finds repeats. `M` is the message.
 */
export interface FifoOptions<M> {
  /**
   * The field whose value is a message's group: within a group order is kept. @defaultValue none:
   * every send names its `group`
   */
  group?: FieldOf<M, string | number>;
  /**
   * The field whose value identifies repeats of a message within five minutes. @defaultValue none:
   * each send is a separate message
   */
  deduplication?: FieldOf<M, string | number>;
}

/** A definition's order, as data. */
export interface Fifo {
  readonly group: string | undefined;
  readonly deduplication: string | undefined;
}

/** Reads the option `fifo` of a definition. @throws TypeError for an option that is not known. */
export function fifoFrom<M>(subject: string, fifo: boolean | FifoOptions<M> | undefined): Fifo | undefined {
  if (fifo === undefined || fifo === false) return undefined;
  if (fifo === true) return Object.freeze({ group: undefined, deduplication: undefined });
  assertKnownOptions(`define fifo of ${subject}`, fifo, ['group', 'deduplication']);
  return Object.freeze({ group: fifo.group, deduplication: fifo.deduplication });
}

import { TwelvefoldError } from '@twelvefold/core';
import type { Fifo } from './fifo.ts';

/** The fields of an entry that decide a message's order. */
export interface Order {
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
}

/** A message's group and deduplication id as the caller gives them. */
export interface OrderOptions {
  readonly group?: string | undefined;
  readonly deduplicationId?: string | undefined;
}

/**
 * Alphanumeric characters and punctuation, 1 to 128 of them (API reference of SendMessage and of
 * Publish).
 */
const ID = /^[\x21-\x7e]{1,128}$/;
const UNORDERED: Readonly<Order> = Object.freeze({});

/**
 * The group and the deduplication id of a message: as given, or else from the fields that the
 * definition names. Without such a field each message gets a random deduplication id, so that a
 * call that is made again after its answer was lost counts once.
 *
 * @throws TwelvefoldError `MESSAGE_INVALID` for an id that is missing or that SQS would refuse.
 */
export function orderOf(
  action: string,
  fifo: Fifo | undefined,
  message: unknown,
  given: OrderOptions,
): Readonly<Order> {
  if (fifo === undefined && given.group === undefined && given.deduplicationId === undefined) return UNORDERED;
  const group = given.group ?? textOf(message, fifo?.group);
  const id = given.deduplicationId ?? textOf(message, fifo?.deduplication);
  if (fifo === undefined && id !== undefined) {
    throw invalid(action, 'only a FIFO queue or topic takes a deduplicationId');
  }
  if (fifo !== undefined && group === undefined) {
    const where = fifo.group === undefined ? "give it as 'group'" : `its field '${fifo.group}' is not text or a number`;
    throw invalid(action, `it has no group to keep order in; ${where}`);
  }
  if (fifo?.deduplication !== undefined && id === undefined) {
    throw invalid(action, `it has no deduplication id; its field '${fifo.deduplication}' is not text or a number`);
  }
  for (const [what, value] of Object.entries({ group, 'deduplication id': id })) {
    if (value !== undefined && !ID.test(value)) {
      throw invalid(action, `its ${what} is not 1 to 128 letters, digits and punctuation marks`);
    }
  }
  return {
    ...(group === undefined ? {} : { MessageGroupId: group }),
    ...(fifo === undefined ? {} : { MessageDeduplicationId: id ?? crypto.randomUUID() }),
  };
}

/**
 * The group of a message that may be invalid otherwise: later messages of the group must not
 * overtake it.
 */
export function groupOf(fifo: Fifo | undefined, message: unknown, group: string | undefined): string | undefined {
  return fifo && (group ?? textOf(message, fifo.group));
}

function textOf(message: unknown, field: string | undefined): string | undefined {
  if (field === undefined || typeof message !== 'object' || message === null) return undefined;
  const value: unknown = Reflect.get(message, field);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function invalid(action: string, reason: string): TwelvefoldError {
  return new TwelvefoldError('MESSAGE_INVALID', `Cannot ${action}: ${reason}`);
}

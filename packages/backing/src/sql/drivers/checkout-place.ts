import { AsyncLocalStorage } from 'node:async_hooks';
import { TwelvefoldError } from '@twelvefold/core';
import type { Scope } from '@twelvefold/lifecycle';
import { currentScope, scopeKey } from '@twelvefold/lifecycle';

/** A connection that is held across statements, and where it was taken. */
export interface Hold {
  /** Its stack is made into text only for an error. */
  readonly place: Error;
  /** Whether a transaction is open on it. */
  isOpen(): boolean;
}

/**
 * Remembers where connections are held, to refuse a second checkout that could wait for the first
 * one's end.
 */
export interface CheckoutPlaces {
  /**
   * @param at - the function that the place is to be shown above
   * @throws TwelvefoldError `CHECKOUT_NESTED` inside an open transaction, naming both places
   */
  assertFree(at: (...args: never[]) => unknown): void;
  /** Notes a connection in use; call the result when it is given back. */
  hold(hold: Hold): () => void;
  /** Notes one that a library took: only the running invocation ties it to other statements. */
  lend(hold: Hold): () => void;
  /** Runs a transaction's work, inside of which `assertFree` throws while the hold is open. */
  inside<T>(hold: Hold, work: () => Promise<T>): Promise<T>;
  /** For errors: where the oldest connections in use were taken. */
  describe(): string;
}

const MOST_SHOWN = 3;

export function createCheckoutPlaces(subject: string): CheckoutPlaces {
  /**
   * The transaction whose work is running: exact, also for work that runs beside it in the same
   * invocation.
   */
  const running = new AsyncLocalStorage<Hold>();
  const holdsKey = scopeKey<Set<Hold>>(subject);
  const all = new Set<Hold>();

  const heldBy = (scope: Scope | undefined): Hold | undefined => {
    const current = running.getStore();
    if (current?.isOpen()) return current;
    const holds = scope?.get(holdsKey);
    if (holds !== undefined) for (const hold of holds) if (hold.isOpen()) return hold;
    return undefined;
  };
  return {
    assertFree(at) {
      const held = heldBy(currentScope());
      if (!held) return;
      const message = `Cannot take a second connection of ${subject} at ${placeOf(placeHere(at))}: the transaction that began at ${placeOf(held.place)} is open; use its own 'query' or 'pool', or end it before`;
      throw new TwelvefoldError('CHECKOUT_NESTED', message);
    },
    hold(hold) {
      all.add(hold);
      return () => void all.delete(hold);
    },
    lend(hold) {
      all.add(hold);
      const scope = currentScope();
      const holds = scope?.get(holdsKey) ?? new Set();
      holds.add(hold);
      scope?.set(holdsKey, holds);
      return () => {
        all.delete(hold);
        holds.delete(hold);
      };
    },
    inside: (hold, work) => running.run(hold, work),
    describe() {
      const places = [...all].slice(0, MOST_SHOWN).map(({ place }) => placeOf(place));
      return places.length === 0 ? '' : `; held since ${places.join(', ')}`;
    },
  };
}

/** The place of the caller of `at`. */
export function placeHere(at: (...args: never[]) => unknown): Error {
  const place = new Error('place');
  Error.captureStackTrace(place, at);
  return place;
}

/** The first line of a stack that is not in a library, e.g. `api.ts:12:5`. */
function placeOf({ stack = '' }: Error): string {
  const lines = stack.split('\n').filter((line) => line.startsWith('    at '));
  const first = lines.find((line) => !/node_modules|node:/.test(line)) ?? lines[0];
  const [, place] = /\(?([^\s(]+:\d+:\d+)\)?$/.exec(first ?? '') ?? [];
  return place?.replace(/^file:\/\//, '') ?? 'an unknown place';
}

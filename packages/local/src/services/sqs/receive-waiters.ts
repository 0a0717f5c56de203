import type { Clock } from '../../core/clock.ts';

interface Waiter<T> {
  readonly attempt: () => T[];
  readonly leave: (received: T[]) => void;
}

/** Receives that wait for a message, served in the order they came. */
interface ReceiveWaiters<T> {
  /**
   * Resolves with what `attempt` finds when served, or with nothing after `waitMs` or when `signal`
   * aborts.
   */
  wait(waitMs: number, signal: AbortSignal, attempt: () => T[]): Promise<T[]>;
  /**
   * Lets those who wait try, now and again when the next message becomes visible by itself, at
   * `nextAt()`.
   */
  serve(nextAt: () => number | undefined): void;
  close(): void;
}

export function createReceiveWaiters<T>(clock: Clock): ReceiveWaiters<T> {
  const waiters = new Set<Waiter<T>>();
  let cancelAlarm: (() => void) | undefined;

  function serve(nextAt: () => number | undefined): void {
    cancelAlarm?.();
    cancelAlarm = undefined;
    for (const waiter of [...waiters]) {
      const received = waiter.attempt();
      if (received.length > 0) waiter.leave(received);
      else break; // nothing for this one, so nothing for the next
    }
    const at = nextAt();
    if (waiters.size > 0 && at !== undefined) cancelAlarm = clock.after(at - clock.now(), () => serve(nextAt));
  }

  return {
    wait: (waitMs, signal, attempt) =>
      new Promise((resolve) => {
        const waiter: Waiter<T> = {
          attempt,
          leave: (received) => {
            cancelTimeout();
            signal.removeEventListener('abort', giveUp);
            waiters.delete(waiter);
            resolve(received);
          },
        };
        const giveUp = () => waiter.leave([]);
        const cancelTimeout = clock.after(waitMs, giveUp);
        signal.addEventListener('abort', giveUp);
        waiters.add(waiter);
      }),
    serve,
    close: () => {
      cancelAlarm?.();
      for (const waiter of [...waiters]) waiter.leave([]);
    },
  };
}

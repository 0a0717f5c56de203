/** Lets a number of pieces of work at a time take their turn; the others wait in order. */
export interface Turns {
  /** @throws the signal's reason when it aborts first */
  take(signal: AbortSignal | undefined): Promise<void>;
  pass(): void;
}

export function createTurns(limit: number): Turns {
  const queue: Array<() => void> = [];
  let running = 0;
  return {
    take: async (signal) => {
      if (running < limit) {
        running += 1;
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const leave = () => {
          queue.splice(queue.indexOf(begin), 1);
          reject(signal?.reason);
        };
        const begin = () => {
          signal?.removeEventListener('abort', leave);
          resolve(); // the turn of the one before passes on, so `running` stays
        };
        signal?.addEventListener('abort', leave, { once: true });
        queue.push(begin);
      });
    },
    pass: () => {
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    },
  };
}

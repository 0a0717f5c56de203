import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks until `done` likes the answer, and gives it. Not a timed assertion: it ends as soon as the
 * state is reached, and `patienceMs` only bounds a failure.
 */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  done: (answer: T) => boolean,
  patienceMs = 120_000,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    if (performance.now() > end)
      throw new Error(`${what} did not come true; the last answer was ${JSON.stringify(answer)}`);
    await sleep(25);
  }
}

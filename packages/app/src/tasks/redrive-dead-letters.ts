import type { Collection } from '@twelvefold/admin';
import type { Throttle } from '@twelvefold/admin/internal';
import type { QueueDefinition } from '@twelvefold/backing';
import type { DeadLetter, DeadLetterClient } from '@twelvefold/backing/internal';
import * as z from 'zod';
import type { TaskComponent } from '../component.ts';
import type { Backing, CollectionContext } from '../context.ts';
import type { App } from '../define-app.ts';
import { kebabCase } from '../names.ts';
import type { KeysOf } from './keys-of.ts';
import { assertKeyOf } from './keys-of.ts';

/** Options of {@link redriveDeadLetters}. */
export interface RedriveTaskOptions {
  /** @defaultValue 'redrive-' and the key in kebab case */
  readonly name?: string;
  /** @defaultValue as fast as it goes */
  readonly throttle?: Pick<Throttle, 'rate' | 'probe'>;
}

const params = z.object({
  fingerprint: z.string().optional().describe('Only messages of this failure, as `twelvefold dlq group` lists it'),
  id: z.string().optional().describe('Only this message'),
  contains: z.string().optional().describe('Only messages whose body contains this text'),
});

/**
 * A task that moves dead letters back to their queue: each is sent, then deleted. Letters that came
 * after the run was asked for
 * stay: they may be those that were moved and failed again. A dry run counts; `--canary 10` moves
 * ten, then pauses.
 *
 * @param key - the queue in the app's `backing`, which has `taskRuns()` too
 * @throws TypeError for a key that is not one of a queue with a dead-letter queue
 * @example
 * ```ts
 * import { redriveDeadLetters } from 'twelvefold/tasks';
 *
 * export const redriveJobs = redriveDeadLetters(shop, 'jobs', { throttle: { rate: 50 } });
 * ```
 */
export function redriveDeadLetters<C, B extends Backing, K extends KeysOf<B, 'queue'>>(
  app: App<C, B>,
  key: K,
  { name = `redrive-${kebabCase(key)}`, throttle }: RedriveTaskOptions = {},
): TaskComponent {
  assertKeyOf(name, app, key, 'queue');
  const { deadLetter } = app.backing[key] as unknown as QueueDefinition;
  if (deadLetter === undefined) {
    throw new TypeError(`Cannot define task '${name}': '${key}' has no dead-letter queue; give it 'deadLetter'`);
  }
  type Context = CollectionContext<unknown, Record<K, DeadLetterClient>>;
  return app.task(
    name,
    {
      description: `Move dead letters of '${key}' back to it`,
      params,
      uses: { [key]: ['redrive'] } as never, // the key is one of a queue
      // A letter that could not be sent is still a dead letter: there is nothing to keep in
      // quarantine.
      maxFailures: 0,
      ...(throttle && { throttle }),
      over: (given, ctx) => {
        const { backing, run } = ctx as unknown as Context;
        return letters(backing[key], given, Date.parse(run.enqueuedAt));
      },
    },
    async (letter, ctx) => {
      const { backing, signal } = ctx as unknown as Context;
      await backing[key].redrive(letter, { signal });
    },
  );
}

function letters(
  client: DeadLetterClient,
  { fingerprint, id, contains }: z.output<typeof params>,
  untilMs: number,
): Collection<DeadLetter> {
  const wanted = (letter: DeadLetter) =>
    letter.sentAtMs <= untilMs &&
    (fingerprint === undefined || letter.fingerprint === fingerprint) &&
    (id === undefined || letter.messageId === id) &&
    (contains === undefined || letter.body.includes(contains));
  return {
    count: ({ signal }) => client.countDeadLetters({ signal }),
    // From the beginning at each leg: letters that were moved are gone.
    async *read({ signal }) {
      let left = 0;
      for await (const letter of client.deadLetters({ signal })) {
        if (!wanted(letter)) left += 1;
        else {
          yield { value: letter, position: letter.messageId, scanned: left + 1 };
          left = 0;
        }
      }
    },
  };
}

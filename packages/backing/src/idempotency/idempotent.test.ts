import { describe, expect, expectTypeOf, it } from 'vitest';
import { Retry } from '../queue/retry.ts';
import type { WriteOperation } from '../table/port.ts';
import { idempotent } from './idempotent.ts';
import type { IdempotencyClient } from './port.ts';

type Begun = Awaited<ReturnType<IdempotencyClient['begin']>>;

/** A store whose next answer is given, and which keeps what was asked. */
function fakeStore(answer: 'started' | Begun) {
  const log: unknown[] = [];
  const store: Pick<IdempotencyClient, 'begin'> = {
    begin: async (key, { leaseMs, windowMs }) => {
      log.push(['begin', key, leaseMs, windowMs]);
      if (answer !== 'started') return answer;
      return {
        state: 'started',
        fence: 7,
        complete: async (operations) => void log.push(['complete', operations?.length ?? 0]),
        fail: async () => void log.push(['fail']),
      };
    },
  };
  return { log, store: store as IdempotencyClient }; // the other methods are not called
}

const order = { orderId: 'o-1' };
const operation: WriteOperation = { entry: {} };

describe('idempotent', () => {
  it('calls the handler with its context, the key and the fence, and says done after it', async () => {
    const { log, store } = fakeStore('started');
    const handle = idempotent(
      { store, key: ({ orderId }: typeof order) => orderId, window: '1h', lease: '10s' },
      async (message, ctx: { name: string; effect: { key: string; fence: number } }) => {
        log.push([message.orderId, ctx.name, ctx.effect.key, ctx.effect.fence]);
      },
    );
    await handle(order, { name: 'n' } as never);
    expect(log).toEqual([
      ['begin', 'o-1', 10_000, 3_600_000],
      ['o-1', 'n', 'o-1', 7],
      ['complete', 0],
    ]);
  });

  it('leaves it to the commit when there is one', async () => {
    const { log, store } = fakeStore('started');
    const options = {
      store: (ctx: { backing: { effects: IdempotencyClient } }) => ctx.backing.effects,
      key: () => 'k',
    };
    const handle = idempotent(options, async (_: unknown, { effect }) => effect.commit([operation]));
    await handle(order, { backing: { effects: store } });
    expect(log.slice(1)).toEqual([['complete', 1]]);
  });

  it('says failed when the handler fails, with the handler’s own error', async () => {
    const { log, store } = fakeStore('started');
    const handle = idempotent({ store, key: () => 'k' }, async () => {
      throw new Error('no');
    });
    await expect(handle(order, {})).rejects.toThrow('no');
    expect(log.slice(1)).toEqual([['fail']]);
  });

  it('does not take back what was committed when the handler fails after it', async () => {
    const { log, store } = fakeStore('started');
    const handle = idempotent({ store, key: () => 'k' }, async (_: unknown, { effect }) => {
      await effect.commit([operation]);
      throw new Error('no');
    });
    await expect(handle(order, {})).rejects.toThrow('no');
    expect(log.slice(1)).toEqual([['complete', 1]]);
  });

  it('acknowledges what has been done, and lets what is in progress come again after its lease', async () => {
    const never = async () => {
      throw new Error('was called');
    };
    await idempotent({ store: fakeStore({ state: 'done' }).store, key: () => 'k' }, never)(order, {});
    const busy = fakeStore({ state: 'inProgress', retryAfterMs: 4_200 }).store;
    const error = await idempotent({ store: busy, key: () => 'k' }, never)(order, {}).catch(
      (reason: unknown) => reason,
    );
    expect(Retry.isInstance(error) && error.afterMs).toBe(5_000);
  });

  it('takes the lease of the message, methods of the context included', async () => {
    const { log, store } = fakeStore('started');
    class Context {
      #left = 25_000;
      leaseRemaining() {
        return this.#left;
      }
    }
    await idempotent({ store, key: () => 'k' }, async () => {})(order, new Context());
    expect(log[0]).toEqual(['begin', 'k', 25_000, undefined]);
  });

  it('fits where a handler is wanted, with the types of its place', () => {
    const place = (
      _: (message: { id: string }, ctx: { backing: { effects: IdempotencyClient } }) => Promise<void>,
    ) => {};
    place(
      idempotent({ store: ({ backing }) => backing.effects, key: ({ id }) => id }, async (message, ctx) => {
        expectTypeOf(message.id).toEqualTypeOf<string>();
        expectTypeOf(ctx.effect.fence).toEqualTypeOf<number>();
      }),
    );
  });
});

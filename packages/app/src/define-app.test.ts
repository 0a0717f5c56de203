import { idempotencyStore, queue, sessionStore, table, topic } from '@twelvefold/backing';
import type { Secret } from '@twelvefold/config';
import { defineConfig, env, secret } from '@twelvefold/config';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod/mini';
import { defineApp } from './define-app.ts';

const Order = z.object({ orderId: z.string(), quantity: z.number() });
const events = topic('order-events', { schema: z.object({ orderId: z.string() }) });
const app = defineApp({
  name: 'orders',
  config: defineConfig({
    schema: z.object({ rate: z.coerce.number(), key: secret(z.string()) }),
    sources: [env()],
  }),
  backing: {
    orders: queue('orders', { schema: Order }),
    events,
    sessions: sessionStore('sessions', { schema: z.object({ userId: z.string() }) }),
    table: table('orders', { schema: Order, key: 'orderId' }),
    processed: idempotencyStore('processed'),
  },
});

describe('defineApp', () => {
  it('types each context from uses, without annotations', () => {
    app.consumer(
      'orders',
      { uses: { config: ['rate'], table: ['write'], events: ['publish'] } },
      async (order, ctx) => {
        expectTypeOf(order).toEqualTypeOf<{ orderId: string; quantity: number }>();
        expectTypeOf(ctx.config.rate).toEqualTypeOf<number>();
        expectTypeOf(ctx.config).toEqualTypeOf<{ readonly rate: number }>();
        // @ts-expect-error: the key is not in uses
        expect(ctx.config.key).toBeUndefined();
        expectTypeOf(ctx.backing.events.publish).parameter(0).toEqualTypeOf<{ orderId: string }>();
        expectTypeOf(ctx.backing.table.put).parameter(0).toEqualTypeOf<{ orderId: string; quantity: number }>();
        expectTypeOf(ctx.message.receiveCount).toEqualTypeOf<number>();
        // @ts-expect-error: only writing was asked for
        expect(() => ctx.backing.table.get('1')).toThrow();
        // @ts-expect-error: sessions are not in uses
        expect(ctx.backing.sessions).toBeUndefined();
        // @ts-expect-error: the config is frozen
        expect(() => (ctx.config.rate = 1)).toThrow();
      },
    );
    app.http({ uses: { config: ['key'], sessions: ['read'], table: ['read', 'write'] } }, async (request, ctx) => {
      expectTypeOf(request).toEqualTypeOf<Request>();
      expectTypeOf(ctx.config.key).toExtend<Secret<string>>();
      expectTypeOf((await ctx.backing.sessions.load('id')).session?.data.userId).toEqualTypeOf<string | undefined>();
      // @ts-expect-error: only reading was asked for
      expect(() => ctx.backing.sessions.create({ userId: 'u' })).toThrow();
      return new Response((await ctx.backing.table.get('1'))?.orderId ?? '');
    });
    const streamed = app.http({ uses: {}, streaming: true }, () => new Response());
    expectTypeOf(streamed.streaming).toEqualTypeOf<boolean>();
    expect([streamed.streaming, app.http({ uses: {} }, () => new Response()).streaming]).toEqual([true, false]);
    app.task('report', { params: z.object({ since: z.string() }), uses: {} }, async (params, ctx) => {
      expectTypeOf(params).toEqualTypeOf<{ since: string }>();
      // biome-ignore lint/complexity/noBannedTypes: the type of "no clients at all"
      expectTypeOf(ctx.backing).toEqualTypeOf<{}>();
      return 3;
    });
  });

  it('refuses what is not declared, at compile time and at run time', () => {
    const handler = async () => undefined;
    // @ts-expect-error: not in backing
    expect(() => app.consumer('orders', { uses: { tabel: ['write'] } }, handler)).toThrow(
      /'tabel' in 'uses' is not declared/,
    );
    // @ts-expect-error: a table cannot be sent to
    expect(() => app.consumer('orders', { uses: { table: ['send'] } }, handler)).toThrow(
      /offers get, getMany, query, scan, put, update, delete, writeMany, check, read, write, not send/,
    );
    // @ts-expect-error: a topic has no consumer
    expect(() => app.consumer('events', { uses: {} }, handler)).toThrow(
      /'events' is a topic, which cannot be consumed; sources are: orders/,
    );
    // @ts-expect-error: no such queue
    expect(() => app.consumer('nothing', { uses: {} }, handler)).toThrow(/'nothing' is not in backing/);
    // @ts-expect-error: the config has no such key
    expect(() => app.consumer('orders', { uses: { config: ['rates'] } }, handler)).toThrow(
      /'rates' is neither a key nor a section of the config/,
    );
    expect(() => app.consumer('orders', { uses: { config: [] } }, handler)).toThrow(/needs a list of one path or more/);
    const bare = defineApp({ name: 'bare' });
    // @ts-expect-error: the app has no config
    expect(() => bare.http({ uses: { config: ['rate'] } }, () => new Response())).toThrow(/the app has none/);
    expect(() =>
      defineApp({ name: 'bare', backing: { config: table('rows', { schema: Order, key: 'orderId' }) } }),
    ).toThrow(/the key 'config' is reserved/);
    // @ts-expect-error: on or off, without modes
    expect(() => app.http({ uses: {}, streaming: 'yes' }, () => new Response())).toThrow(/'streaming' is "yes"/);
    // @ts-expect-error: uses is missing
    expect(() => app.http({}, () => new Response())).toThrow(/'uses' is missing/);
    // @ts-expect-error: an unknown option
    expect(() => app.consumer('orders', { uses: {}, batch: 3 }, handler)).toThrow(/unknown option 'batch'/);
    // @ts-expect-error: no schema
    expect(() => app.task('t', { params: {}, uses: {} }, handler)).toThrow(/is not a Standard Schema/);
  });

  it('lists everything that is wrong with an app at once', () => {
    const other = topic('other', { schema: z.object({ orderId: z.string() }) });
    const faulty = () =>
      defineApp({
        name: 'Orders!',
        backing: {
          'bad-key': queue('a', { schema: Order }),
          one: table('same', { schema: Order, key: 'orderId' }),
          two: sessionStore('same', { schema: z.object({}) }),
          q: queue('q', { schema: z.object({ orderId: z.string() }), subscribe: [other] }),
          odd: { kind: 'bucket', driver: 's3', name: 'x' },
        },
      });
    expect(faulty).toThrow(/'name' must be/);
    expect(faulty).toThrow(/'bad-key' must be camelCase/);
    expect(faulty).toThrow(/'one' and 'two' are both a table named 'same'/);
    expect(faulty).toThrow(/subscribes to the topic 'other', which is not in backing/);
    expect(faulty).toThrow(/'odd' is not a resource definition/);
  });

  it('refuses keys and names that would meet in the environment or in AWS', () => {
    const schema = z.object({ orderId: z.string() });
    const one = (backing: Record<string, ReturnType<typeof queue>>) => () => defineApp({ name: 'orders', backing });
    expect(one({ orderAB: queue('a', { schema }), orderAb: queue('b', { schema }) })).toThrow(
      /'orderAB' and 'orderAb' would read the same environment variables/,
    );
    const dead = queue('a-dead-letter', { schema, deadLetter: false });
    expect(one({ a: queue('a', { schema }), b: dead })).toThrow(
      /the dead-letter queue of 'a' and 'b' are both a queue named 'a-dead-letter'/,
    );
    expect(one({ b: dead, a: queue('a', { schema }) })).toThrow(
      /'b' and the dead-letter queue of 'a' are both a queue/,
    );
    expect(one({ a: queue('a', { schema, deadLetter: false }), b: dead })).not.toThrow();
  });

  it('makes components that are frozen and named after what they consume', () => {
    const consumer = app.consumer('orders', { uses: {} }, async () => undefined);
    expect(consumer).toMatchObject({ kind: 'consumer', name: 'orders', source: 'orders', concurrency: 10 });
    expect(Object.isFrozen(consumer)).toBe(true);
  });
});

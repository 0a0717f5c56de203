import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import type { ClientFor } from '../definition.ts';
import { actionsOf, driverOf, kindOf } from '../kind.ts';
import { cache } from './cache.ts';
import { createCache } from './create-cache.ts';
import { createMemoryCacheStore } from './drivers/memory.ts';
import type { LoadContext } from './port.ts';

const schema = z.object({ cents: z.number() });
interface Price {
  cents: number;
}

it('declares frozen data with its times in milliseconds', () => {
  const definition = cache('prices', { schema, ttl: '1m', stale: '1h', memory: { entries: 10 } });
  expect(Object.isFrozen(definition)).toBe(true);
  expect(definition).toEqual({
    kind: 'cache',
    name: 'prices',
    driver: 'iovalkey',
    schema,
    ttlMs: 60_000,
    staleMs: 3_600_000,
    negativeMs: undefined,
    jitter: 0.1,
    memory: { entries: 10, bytes: 16_777_216, ttlMs: 5_000 },
    timeoutMs: 250,
    loadsWhenDown: 10,
    password: undefined,
  });
});

it('refuses everything that is wrong at once', () => {
  const wrong = {
    schema: {},
    ttl: '0s',
    stale: 'soon',
    negative: 5,
    jitter: 0.6,
    memory: { entries: 0, bytes: 1.5, ttl: '-1s', size: 1 },
    timeout: '0ms',
    loadsWhenDown: 0,
    password: 'hunter2',
    tll: '5m',
  };
  const error = (() => {
    try {
      cache('prices', wrong as never);
    } catch (thrown) {
      return String(thrown);
    }
    return '';
  })();
  const named = ['schema', 'ttl', 'stale', 'negative', 'jitter', 'memory.entries', 'memory.bytes', 'memory.ttl'];
  for (const name of [...named, 'memory.size', 'timeout', 'loadsWhenDown', 'password', 'tll']) {
    expect(error).toContain(`'${name}'`);
  }
  expect(error).not.toContain('hunter2');
  expect(() => cache('prices', { schema, driver: 'redis' as never })).toThrow(
    'driver is "redis"; choose iovalkey or node-redis or memory',
  );
  expect(() => cache('Prices', { schema })).toThrow('a name is');
  expect(() => cache('prices', undefined as never)).toThrow('an object with a schema');
});

describe('the kind', () => {
  const context = {
    key: 'prices',
    physicalName: 'shop-{stage}-prices',
    logicalId: (suffix: string) => `Prices${suffix}`,
    companion: () => {
      throw new Error('a cache has none');
    },
    reference: () => {
      throw new Error('a cache has none');
    },
  };

  it('connects by IAM on the cache and on its user, and in memory by nothing', () => {
    const onServer = cache('prices', { schema });
    expect(Object.keys(kindOf(onServer).accesses).map((access) => actionsOf(onServer, access))).toEqual(
      Array.from({ length: 7 }, () => ['elasticache:Connect']),
    );
    const inMemory = cache('prices', { schema, driver: 'memory' });
    expect(actionsOf(inMemory, 'write')).toEqual([]);
    expect(driverOf(inMemory).binding).toBeUndefined();
    const { arns, resources, binding } = driverOf(onServer).infrastructure?.(onServer as never, context) ?? {};
    expect(arns).toEqual([{ 'Fn::GetAtt': ['PricesCache', 'ARN'] }, { 'Fn::GetAtt': ['PricesCacheUser', 'Arn'] }]);
    expect(resources?.map(({ type }) => type)).toEqual([
      'AWS::ElastiCache::ServerlessCache',
      'AWS::ElastiCache::UserGroup',
      'AWS::ElastiCache::User',
    ]);
    expect(binding).toEqual({
      'Fn::Join': [
        '',
        [
          'rediss://shop-{stage}-prices@',
          { 'Fn::GetAtt': ['PricesCache', 'Endpoint.Address'] },
          ':',
          { 'Fn::GetAtt': ['PricesCache', 'Endpoint.Port'] },
          '?iam=shop-{stage}-prices&serverless=true',
        ],
      ],
    });
  });

  it('refuses names beyond the 40 characters that ElastiCache takes', () => {
    const onServer = cache('a-rather-long-name-for-a-cache', { schema });
    const physicalName = 'shop-{stage}-a-rather-long-name-for-a-cache';
    expect(() => driverOf(onServer).infrastructure?.(onServer as never, { ...context, physicalName })).toThrow(
      /its name has up to \d+ characters.*ElastiCache takes 40/,
    );
  });
});

describe('types', () => {
  it('come from the schema, and `undefined` from `negative`', () => {
    const prices = cache('prices', { schema });
    type Client = ClientFor<typeof prices, 'load' | 'get'>;
    expectTypeOf<keyof Client>().toEqualTypeOf<'get' | 'getOrLoad'>();
    expectTypeOf<Awaited<ReturnType<Client['get']>>>().toEqualTypeOf<Price | undefined>();
    expectTypeOf<Awaited<ReturnType<Client['getOrLoad']>>>().toEqualTypeOf<Price>();
    expectTypeOf<keyof ClientFor<typeof prices, 'write'>>().toEqualTypeOf<'set' | 'delete'>();

    const found = cache('found', { schema, negative: '30s' });
    expectTypeOf<Awaited<ReturnType<ClientFor<typeof found>['getOrLoad']>>>().toEqualTypeOf<Price | undefined>();
  });

  it('need no annotation where loaders are written', async () => {
    const prices = createCache({ definition: cache('prices', { schema }), store: createMemoryCacheStore() });
    const price = await prices.getOrLoad('a', (context) => {
      expectTypeOf(context).toEqualTypeOf<LoadContext>();
      return { cents: 1 };
    });
    expectTypeOf(price).toEqualTypeOf<Price>();
    // @ts-expect-error: the loader must return a price
    await expect(prices.getOrLoad('b', () => ({ euros: 1 }))).rejects.toThrow("'cents'");
    // @ts-expect-error: the loader may return undefined only where the definition has `negative`
    await expect(prices.getOrLoad('b', async () => undefined)).rejects.toThrow("'negative'");
    // @ts-expect-error: what is stored would be checked again and refused
    cache('dates', { schema: z.object({ n: z.string().transform(Number) }) });
    // @ts-expect-error: there is no such driver
    expect(() => cache('prices', { schema, driver: 'memcached' })).toThrow('choose');
  });
});

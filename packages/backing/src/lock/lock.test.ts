import { describe, expect, expectTypeOf, it } from 'vitest';
import type { AccessOf, ClientFor } from '../definition.ts';
import { driverOf, kindOf } from '../kind.ts';
import { lock } from './lock.ts';
import type { LockClient } from './port.ts';

describe('lock', () => {
  it('is plain data', () => {
    expect(JSON.parse(JSON.stringify(lock('locks', { lease: '1m' })))).toEqual({
      kind: 'lock',
      driver: 'dynamodb',
      name: 'locks',
      leaseMs: 60_000,
    });
    expect(lock('locks').leaseMs).toBe(30_000);
  });

  it('refuses names, options and leases that cannot be', () => {
    expect(() => lock('Locks')).toThrow('Cannot define lock "Locks"');
    expect(() => lock('locks', { leese: '1m' } as never)).toThrow("unknown option 'leese'; known: lease");
    expect(() => lock('locks', { lease: '1ms', takeOver: { maxClockSkew: '2s' } })).toThrow(
      "lease is 1ms; use '1s' to '24h'; takeOver.maxClockSkew is 2s; use '3s' to '1h'",
    );
    expect(() => lock('locks', { takeOver: { maxSkew: '5s' } as never })).toThrow("unknown option 'maxSkew'");
    // @ts-expect-error: a promise is a duration
    expect(() => lock('locks', { takeOver: { maxClockSkew: 5 } })).toThrow();
    expect(lock('locks', { takeOver: { maxClockSkew: '10s' } }).maxClockSkewMs).toBe(10_000);
    for (const lease of ['999ms', '25h'] as const) {
      expect(() => lock('locks', { lease })).toThrow(`lease is ${lease}; use '1s' to '24h'`);
    }
  });

  it('gives each access its methods, and the actions they need', () => {
    const locks = lock('locks');
    expectTypeOf<AccessOf<typeof locks>>().toEqualTypeOf<'hold' | 'check' | 'inspect'>();
    expectTypeOf<ClientFor<typeof locks, 'hold'>>().toEqualTypeOf<Pick<LockClient, 'acquire' | 'withLock'>>();
    // @ts-expect-error: a holder that does not ask for `check` cannot join the lock to a
    // transaction
    type _Missing = ClientFor<typeof locks, 'hold'>['check'];
    expect(Object.values(kindOf(locks).accesses).map(({ actions }) => actions)).toEqual([
      ['dynamodb:UpdateItem'],
      ['dynamodb:ConditionCheckItem'],
      ['dynamodb:GetItem'],
    ]);
  });

  it('makes a table without TTL, so that no token is ever given twice', () => {
    const table = driverOf(lock('locks')).infrastructure?.(
      lock('locks') as never,
      {
        physicalName: 'orders-dev-locks',
        logicalId: (suffix: string) => `Locks${suffix}`,
      } as never,
    );
    expect(table?.resources[0]?.properties).not.toHaveProperty('TimeToLiveSpecification');
  });
});

import { createTestClock } from '@twelvefold/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Arrival } from './arrivals.ts';
import { Arrivals } from './arrivals.ts';
import { DueList } from './due-list.ts';

describe('Arrivals', () => {
  it('lists what a Set would, after any additions and deletions', () => {
    const step = fc.oneof(
      fc.record({ add: fc.nat() }),
      fc.record({ deleteAt: fc.nat(30) }), // one that was deleted before, too
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const arrivals = new Arrivals<object>();
        const model = new Set<object>();
        const places: Arrival<object>[] = [];
        for (const one of steps) {
          if ('add' in one) {
            const item = { value: one.add };
            places.push(arrivals.add(item, one.add));
            model.add(item);
          } else {
            const place = places[one.deleteAt];
            if (!place) continue;
            arrivals.delete(place);
            model.delete(place.item);
          }
          expect(arrivals.items()).toEqual([...model]);
          expect([arrivals.size, arrivals.oldest?.item]).toEqual([model.size, [...model][0]]);
        }
      }),
    );
  });
});

describe('DueList', () => {
  it('calls back for each item at its time with one timer, not for deleted ones', async () => {
    const clock = createTestClock();
    const due: string[] = [];
    const list = new DueList<string>(100, (item) => due.push(`${item} at ${clock.monotonic()}`), clock);
    list.add('first');
    await clock.advance(40);
    const second = list.add('second');
    list.add('third');
    expect(clock.sleepers).toBe(1);
    await clock.advance(60);
    expect(due).toEqual(['first at 100']);
    list.delete(second);
    await clock.advance(40);
    expect(due).toEqual(['first at 100', 'third at 140']);
    expect(clock.sleepers).toBe(0);
  });

  it('shows the oldest item once it has been there for long enough, and ends its timer', async () => {
    const clock = createTestClock();
    const list = new DueList<string>(100, () => expect.unreachable(), clock);
    expect(list.oldest(0)).toBeUndefined();
    list.add('one');
    await clock.advance(9);
    expect(list.oldest(10)).toBeUndefined();
    await clock.advance(1);
    expect(list.oldest(10)).toBe('one');
    list.stop();
    expect(clock.sleepers).toBe(0);
    await clock.advance(200);
  });
});

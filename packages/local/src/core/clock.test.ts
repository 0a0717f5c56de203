import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClock } from './clock.ts';

beforeEach(() => vi.useFakeTimers({ now: 1000 }));
afterEach(() => vi.useRealTimers());

describe('a clock', () => {
  it('follows the machine, and fires what falls due', () => {
    const clock = createClock();
    const fired: number[] = [];
    clock.after(500, () => fired.push(clock.now()));
    clock.after(200, () => fired.push(clock.now()))();
    vi.advanceTimersByTime(499);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect([fired, clock.now()]).toEqual([[1500], 1500]);
  });

  it('moves forward through every timer in order, each at its own time, and through those that they set', () => {
    const clock = createClock();
    const fired: Array<[string, number]> = [];
    const note = (name: string) => () => fired.push([name, clock.now()]);
    clock.after(3000, note('late'));
    clock.after(1000, () => {
      note('early')();
      clock.after(500, note('chained'));
      clock.after(0, note('at once'));
    });
    clock.after(9000, note('never'));
    clock.advance(4000);
    expect(fired).toEqual([
      ['early', 2000],
      ['chained', 2500],
      ['late', 4000],
    ]);
    expect(clock.now()).toBe(5000);
    vi.advanceTimersByTime(0);
    expect(fired.at(-1)).toEqual(['at once', 5000]);
    vi.advanceTimersByTime(5000);
    expect(fired.at(-1)).toEqual(['never', 10_000]);
  });

  it('is not kept busy without end by a timer that sets itself for no time', () => {
    const clock = createClock();
    let fired = 0;
    const again = () => {
      fired += 1;
      clock.after(0, again);
    };
    clock.after(1, again);
    clock.advance(10);
    expect(fired).toBe(1);
  });

  it('stands still while frozen, timers too, and runs on from there', () => {
    const clock = createClock();
    const fired: number[] = [];
    clock.after(500, () => fired.push(clock.now()));
    clock.freeze();
    clock.after(2000, () => fired.push(clock.now()));
    vi.advanceTimersByTime(60_000);
    expect([clock.now(), clock.frozen, fired]).toEqual([1000, true, []]);
    clock.advance(600);
    expect([clock.now(), fired]).toEqual([1600, [1500]]);
    clock.unfreeze();
    expect([clock.now(), clock.frozen]).toEqual([1600, false]);
    vi.advanceTimersByTime(1400);
    expect([clock.now(), fired]).toEqual([3000, [1500, 3000]]);
  });

  it('is set to any time: forward fires what falls due, back nothing', () => {
    const clock = createClock();
    const fired: number[] = [];
    clock.after(500, () => fired.push(clock.now()));
    clock.set(0);
    expect([clock.now(), fired]).toEqual([0, []]);
    clock.freeze();
    clock.set(1_000_000);
    expect([clock.now(), fired]).toEqual([1_000_000, [1500]]);
  });

  it('refuses a value that is not a time', () => {
    const clock = createClock();
    expect(() => clock.advance(-1)).toThrow('Cannot advance the clock: -1 ms is back; use set');
    expect(() => clock.advance(Number.NaN)).toThrow('Cannot advance the clock: NaN is not a number');
    expect(() => clock.set(Number.POSITIVE_INFINITY)).toThrow('Cannot set the clock');
  });

  it('stays between the years 1970 and 9999', () => {
    const clock = createClock(() => 1_000);
    expect(() => clock.set(-1)).toThrow('Cannot set the clock: -1 is not between the years 1970 and 9999');
    expect(() => clock.set(9e15)).toThrow('between the years 1970 and 9999');
    expect(() => clock.advance(253_402_300_799_999)).toThrow('Cannot advance the clock');
    expect(clock.now()).toBe(1_000);
    clock.set(253_402_300_799_999);
    expect(new Date(clock.now()).toISOString()).toBe('9999-12-31T23:59:59.999Z');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outbox } from './outbox.ts';

interface Item {
  readonly n: number;
  readonly bytes: number;
  readonly group: string | undefined;
}

const LIMITS = { entries: 3, bytes: 100, batches: 2, waiting: 4 };
const item = (n: number, group?: string, bytes = 10): Item => ({ n, bytes, group });
const outboxWith = (...items: Item[]) => {
  const outbox = new Outbox<Item>(LIMITS);
  for (const one of items) outbox.add(one);
  return outbox;
};
const numbers = (items: readonly Item[] | undefined) => items?.map(({ n }) => n);

describe('a batch', () => {
  it('is full by count, and waits for more until a partial one is asked for', () => {
    const outbox = outboxWith(item(1), item(2));
    expect(outbox.nextBatch(false)).toBeUndefined();
    outbox.add(item(3));
    outbox.add(item(4));
    expect(numbers(outbox.nextBatch(false))).toEqual([1, 2, 3]);
    expect(outbox.nextBatch(false)).toBeUndefined();
    expect(numbers(outbox.nextBatch(true))).toEqual([4]);
    expect(outbox.nextBatch(true)).toBeUndefined();
  });

  it('is full by bytes, and holds a message above the limit by itself', () => {
    const outbox = outboxWith(item(1, undefined, 60), item(2, undefined, 40), item(3, undefined, 1));
    expect(numbers(outbox.nextBatch(false))).toEqual([1, 2]);
    outbox.batchEnded();
    outbox.add(item(4, undefined, 500));
    outbox.add(item(5));
    expect(numbers(outbox.nextBatch(false))).toEqual([3]);
    expect(numbers(outbox.nextBatch(false))).toEqual([4]);
  });

  it('waits while enough others are in flight', () => {
    const outbox = outboxWith(...[1, 2, 3, 4, 5, 6, 7].map((n) => item(n)));
    expect([outbox.nextBatch(true), outbox.nextBatch(true), outbox.nextBatch(true)].map(numbers)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      undefined,
    ]);
    expect(outbox.isFull).toBe(true);
    outbox.batchEnded();
    expect(outbox.isFull).toBe(false);
    expect(numbers(outbox.nextBatch(true))).toEqual([7]);
  });
});

describe('a group', () => {
  it('has one message ready or in flight at a time', () => {
    const [a1, a2, b3] = [item(1, 'a'), item(2, 'a'), item(3, 'b')];
    const outbox = outboxWith(a1, a2, b3);
    expect(numbers(outbox.nextBatch(true))).toEqual([1, 3]);
    expect(outbox.ready).toBe(0);
    outbox.sent(a1);
    expect(numbers(outbox.nextBatch(true))).toEqual([2]);
  });

  it('is blocked by a message that failed', () => {
    const [a1, a2, b3] = [item(1, 'a'), item(2, 'a'), item(3, 'b')];
    const outbox = outboxWith(a1, a2, b3);
    outbox.nextBatch(true);
    expect(numbers(outbox.failed(a1))).toEqual([2]);
    expect(outbox.add(item(4, 'a'))).toBe(false);
    expect(outbox.add(item(5, 'b'))).toBe(true);
  });

  it('sends the messages before one that could not be prepared, and none after it', () => {
    const [a1, a2] = [item(1, 'a'), item(2, 'a')];
    const outbox = outboxWith(a1, a2);
    outbox.block('a');
    expect(outbox.add(item(4, 'a'))).toBe(false);
    expect(numbers(outbox.nextBatch(true))).toEqual([1]);
    outbox.sent(a1);
    expect(numbers(outbox.nextBatch(true))).toEqual([2]);
  });

  it('makes the outbox crowded when too many of its messages wait', () => {
    const outbox = outboxWith(...[1, 2, 3, 4, 5].map((n) => item(n, 'a')));
    expect([outbox.isCrowded, outbox.isFull]).toEqual([true, true]);
    expect(numbers(outbox.clear())).toEqual([1, 2, 3, 4, 5]);
    expect(outbox.isCrowded).toBe(false);
  });
});

it('sends each message once, each group in order, within all limits, whatever fails', () => {
  const messages = fc.array(
    fc.record({
      group: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
      bytes: fc.integer({ min: 1, max: 130 }),
      fails: fc.boolean(),
      partial: fc.boolean(),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(messages, (list) => {
      const outbox = new Outbox<Item>(LIMITS);
      const inFlight: Item[][] = [];
      const sent: Item[] = [];
      const unsent = new Set<Item>();
      const failing = new Set<Item>();
      const dispatch = (partial: boolean) => {
        for (let batch = outbox.nextBatch(partial); batch; batch = outbox.nextBatch(partial)) {
          expect(batch.length).toBeLessThanOrEqual(LIMITS.entries);
          if (batch.length > 1) expect(batch.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(100);
          inFlight.push(batch);
          expect(inFlight.length).toBeLessThanOrEqual(LIMITS.batches);
          const groups = inFlight.flat().flatMap(({ group }) => (group === undefined ? [] : [group]));
          expect(new Set(groups).size).toBe(groups.length);
        }
      };
      const endOne = () => {
        for (const one of inFlight.shift() ?? []) {
          if (!failing.has(one)) {
            sent.push(one);
            outbox.sent(one);
            continue;
          }
          unsent.add(one);
          for (const later of outbox.failed(one)) unsent.add(later);
        }
        outbox.batchEnded();
      };
      list.forEach(({ fails, partial, ...rest }, n) => {
        const one = { n, ...rest };
        if (fails) failing.add(one);
        if (!outbox.add(one)) unsent.add(one);
        dispatch(partial);
        if (inFlight.length === LIMITS.batches) endOne();
      });
      while (outbox.ready > 0 || outbox.inFlight > 0) {
        dispatch(true);
        endOne();
      }
      expect(sent.length + unsent.size).toBe(list.length);
      for (const group of ['a', 'b', 'c']) {
        const order = sent.filter((one) => one.group === group).map(({ n }) => n);
        expect(order).toEqual(order.toSorted((a, b) => a - b));
        const blocked = [...unsent].filter((one) => one.group === group).map(({ n }) => n);
        if (blocked.length > 0) expect(Math.min(...blocked)).toBeGreaterThan(Math.max(-1, ...order));
      }
    }),
  );
});

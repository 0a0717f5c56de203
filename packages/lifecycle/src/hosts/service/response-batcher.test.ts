import { expect, it } from 'vitest';
import { ResponseBatcher } from './response-batcher.ts';
import type { ServiceExchange } from './service-exchange.ts';

function sent() {
  const order: number[] = [];
  let nowMs = 0;
  const batcher = new ResponseBatcher({ monotonic: () => nowMs });
  const add = (count: number) => {
    for (let index = 0; index < count; index += 1) {
      batcher.add({ send: () => void order.push(index) } as unknown as ServiceExchange); // nothing else is used
    }
  };
  const work = (ms: number) => {
    nowMs += ms;
  };
  return { batcher, order, add, work };
}

it('sends the answers of a turn at its end, in order', async () => {
  const { add, order } = sent();
  add(3);
  await Promise.resolve();
  expect(order).toEqual([]);
  await new Promise(setImmediate);
  expect(order).toEqual([0, 1, 2]);
  add(1);
  await new Promise(setImmediate);
  expect(order).toEqual([0, 1, 2, 0]);
});

it('sends many answers in groups, so that the first ones do not wait for all', async () => {
  const { add, order } = sent();
  add(70);
  expect(order).toHaveLength(64);
  await new Promise(setImmediate);
  expect(order).toEqual(Array.from({ length: 70 }, (_, index) => index));
});

it('sends an answer at once when the handler after it was busy', async () => {
  const { add, order, work } = sent();
  add(1);
  work(0.5);
  add(1);
  expect(order).toHaveLength(0);
  work(50);
  add(1);
  expect(order).toHaveLength(3);
  work(50);
  add(1);
  expect(order).toHaveLength(3);
  await new Promise(setImmediate);
  expect(order).toHaveLength(4);
});

it('sends what waits at once when it is asked to, and each answer once', async () => {
  const { add, batcher, order } = sent();
  add(2);
  batcher.send();
  expect(order).toEqual([0, 1]);
  await new Promise(setImmediate);
  expect(order).toEqual([0, 1]);
});

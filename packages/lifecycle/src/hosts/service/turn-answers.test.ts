import { expect, it } from 'vitest';
import type { ServiceExchange } from './service-exchange.ts';
import { TurnAnswers } from './turn-answers.ts';

function sent() {
  const order: number[] = [];
  const answers = new TurnAnswers();
  const add = (count: number) => {
    for (let index = 0; index < count; index += 1) {
      answers.add({ send: () => void order.push(index) } as unknown as ServiceExchange); // nothing else is used
    }
  };
  return { answers, order, add };
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

it('sends what waits at once when it is asked to, and each answer once', async () => {
  const { add, answers, order } = sent();
  add(2);
  answers.send();
  expect(order).toEqual([0, 1]);
  await new Promise(setImmediate);
  expect(order).toEqual([0, 1]);
});

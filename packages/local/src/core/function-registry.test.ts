import { expect, it } from 'vitest';
import { createFunctionRegistry } from './function-registry.ts';

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:rotate';

it('invokes by ARN, an alias too, until the function is taken away', async () => {
  const functions = createFunctionRegistry();
  const remove = functions.register(ARN, async (event) => ({ event }));
  expect(await functions.invoke(ARN, 1)).toEqual({ event: 1 });
  expect(await functions.invoke(`${ARN}:live`, 2)).toEqual({ event: 2 });
  functions.register(`${ARN}:live`, async () => 'live');
  expect(await functions.invoke(`${ARN}:live`, 2)).toBe('live');
  remove();
  expect([functions.has(ARN), functions.has(`${ARN}:live`)]).toEqual([false, true]);
  await expect(functions.invoke(ARN, 1)).rejects.toThrow(`Cannot invoke ${ARN}: no function is registered`);
});

it('does not take away the function that has replaced one', () => {
  const functions = createFunctionRegistry();
  const remove = functions.register(ARN, async () => 1);
  functions.register(ARN, async () => 2);
  remove();
  expect(functions.has(ARN)).toBe(true);
});

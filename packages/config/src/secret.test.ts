import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from './secret.ts';

const VALUE = 'sk_live_51H8xYzAbCdEf';

describe('Secret', () => {
  const secret = new Secret(VALUE, 'payments.apiKey');
  const label = '[secret payments.apiKey]';

  it('gives its value to reveal() only', () => {
    expect(secret.reveal()).toBe(VALUE);
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect(Object.entries(Object.getOwnPropertyDescriptors(secret))).toEqual([]);
    expect(structuredClone({ ...secret })).toEqual({});
  });

  it.each([
    ['String()', () => String(secret)],
    ['a template literal', () => `${secret}`],
    ['concatenation', () => `${secret as unknown as string}`],
    ['JSON.parse of JSON', () => JSON.parse(JSON.stringify(secret))],
    ['inspect', () => inspect(secret)],
    ['toLocaleString', () => secret.toLocaleString()],
  ])('prints its label through %s', (_, print) => {
    expect(print()).toBe(label);
  });

  it('does not print its value from inside anything', () => {
    const holder = { deep: [{ secret }], map: new Map([['k', secret]]) };
    const error = new Error(`refused ${secret}`, { cause: secret });
    const printed = [
      JSON.stringify(holder),
      inspect(holder, { depth: null, showHidden: true, getters: true }),
      inspect(holder, { depth: null, customInspect: false, showHidden: true }),
      inspect(error),
      error.stack,
      String(Number(secret)),
      new URLSearchParams({ key: String(secret) }).toString(),
    ].join('\n');
    expect(printed).not.toContain(VALUE);
    expect(printed).toContain(label);
  });

  it('never becomes a number', () => {
    expect(Number(new Secret(42, 'pin'))).toBeNaN();
  });

  it('is recognized, and nothing else is', () => {
    expect(Secret.isInstance(secret)).toBe(true);
    expect([VALUE, {}, null, undefined, { reveal: () => VALUE }].some((value) => Secret.isInstance(value))).toBe(false);
    expect(String(new Secret('x'))).toBe('[secret]');
  });
});

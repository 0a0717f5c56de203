import { describe, expect, expectTypeOf, it } from 'vitest';
import type { ErrorCode } from './error.ts';
import { TwelvefoldError } from './error.ts';
import { assertKnownOptions } from './options.ts';
import { codeOf, messageOf, toError } from './to-error.ts';

describe('TwelvefoldError', () => {
  it('is recognized by brand and by code', () => {
    const error = new TwelvefoldError('MESSAGE_INVALID', 'Cannot send', { cause: new Error('why') });
    expect(TwelvefoldError.isInstance(error)).toBe(true);
    expect(TwelvefoldError.isInstance(error, 'MESSAGE_INVALID')).toBe(true);
    expect(TwelvefoldError.isInstance(error, 'ROW_INVALID')).toBe(false);
    expect(TwelvefoldError.isInstance(new Error('x'))).toBe(false);
    expect(error.cause).toMatchObject({ message: 'why' });
  });

  it('names the page about its code', () => {
    expect(new TwelvefoldError('ROW_INVALID', 'x').docs).toMatch(/^https:\/\/.*\/docs\/errors\/ROW_INVALID\.md$/);
  });

  it('is recognized if another copy of the package made it', () => {
    const other = Object.assign(new Error('x'), { code: 'ROW_INVALID', [Symbol.for('twelvefold.error')]: true });
    expect(other instanceof TwelvefoldError).toBe(false);
    expect(TwelvefoldError.isInstance(other, 'ROW_INVALID')).toBe(true);
  });

  it('has a closed list of codes', () => {
    expectTypeOf<TwelvefoldError['code']>().toEqualTypeOf<ErrorCode>();
    expectTypeOf<string>().not.toExtend<ErrorCode>();
    // @ts-expect-error: not one of the codes
    new TwelvefoldError('MESSAGE_INVALLID', 'x');
    // @ts-expect-error: not one of the codes
    TwelvefoldError.isInstance(undefined, 'OTHER');
    const exhaustive = (code: 'MESSAGE_DROP' | 'MESSAGE_RETRY' | 'MESSAGE_POISON'): string => {
      switch (code) {
        case 'MESSAGE_DROP':
          return 'deleted';
        case 'MESSAGE_RETRY':
          return 'delivered again';
        case 'MESSAGE_POISON':
          return 'moved to the dead-letter queue';
      }
    };
    expectTypeOf(exhaustive).returns.toEqualTypeOf<string>();
  });
});

it('toError keeps errors, and keeps other thrown values as the cause', () => {
  const error = new RangeError('x');
  expect(toError(error)).toBe(error);
  expect(toError('text')).toMatchObject({ message: 'text', cause: 'text' });
  expect([messageOf(error), messageOf(42)]).toEqual(['x', '42']);
});

it("codeOf prefers AWS's own code", () => {
  expect(codeOf(Object.assign(new Error('x'), { code: 'AWS_CALL_FAILED', awsCode: 'Throttling' }))).toBe('Throttling');
  expect([codeOf(Object.assign(new Error('x'), { code: 7 })), codeOf(new Error('x')), codeOf('x')]).toEqual([
    7,
    undefined,
    undefined,
  ]);
});

describe('assertKnownOptions', () => {
  const check = (options: object) => () => assertKnownOptions('create the logger', options, ['level', 'service']);
  it('names every unknown option, and those that exist', () => {
    expect(check({ level: 1 })).not.toThrow();
    expect(check({ servce: 1 })).toThrow(
      new TypeError("Cannot create the logger: unknown option 'servce'; known: level, service"),
    );
    expect(check({ a: 1, level: 1, b: 1 })).toThrow("unknown options 'a', 'b'; known: level, service");
  });

  it('refuses options that are not an object', () => {
    expect(check(null as never)).toThrow('its options must be an object with some of level, service');
  });
});

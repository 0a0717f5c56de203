import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z as classic } from 'zod';
import * as z from 'zod/mini';
import { Secret } from '../secret.ts';
import { secret } from './secret.ts';

const VALUE = 'hunter2-hunter2';

describe('secret()', () => {
  it('gives a Secret of what the inner schema gives', () => {
    const value = z.parse(secret(z.string().check(z.minLength(3))), VALUE);
    expect(value).toBeInstanceOf(Secret);
    expect(value.reveal()).toBe(VALUE);
  });

  it('works inside zod and zod/mini, synchronously and not', async () => {
    expect(
      classic
        .object({ key: secret(classic.string().min(3)) })
        .parse({ key: VALUE })
        .key.reveal(),
    ).toBe(VALUE);
    const slow = secret(
      z.pipe(
        z.string(),
        z.transform(async (text: string) => text.length),
      ),
    );
    expect((await z.parseAsync(slow, VALUE)).reveal()).toBe(VALUE.length);
  });

  it.each([
    ['length', z.string().check(z.minLength(40)), 'expected at least 40 characters'],
    ['format', z.string().check(z.regex(/^sk_/)), 'does not match /^sk_/'],
    ['allowed values', z.enum(['hunter2-hunter3']), 'is not an allowed value'],
    ['prefix', z.string().check(z.startsWith('sk_live')), "does not fit the schema's starts with rule"],
    ['type', z.number(), 'expected number'],
    ['message', z.string().check(z.refine(() => false, { error: (issue) => `bad ${issue.input}` })), 'own rules'],
    [
      'throwing transform',
      z.pipe(
        z.string(),
        z.transform((text) => new URL(text)),
      ),
      'threw TypeError',
    ],
    ['record keys', z.strictObject({}), 'expected object'],
  ])('refuses by %s without the value', (_, inner, message) => {
    const result = z.safeParse(z.object({ key: secret(inner) }), { key: VALUE }, { reportInput: true });
    expect(result.success).toBe(false);
    expect(result.error?.issues[0]?.message).toContain(message);
    const printed = inspect(result.error, { depth: null, showHidden: true }) + JSON.stringify(result.error?.issues);
    expect(printed).not.toContain(VALUE);
  });

  it('does not name a key of a structured secret that the schema refuses', () => {
    const schema = secret(z.strictObject({ user: z.string() }));
    const result = z.safeParse(schema, { user: 'u', [VALUE]: 1 });
    expect(JSON.stringify(result.error?.issues)).not.toContain(VALUE);
    expect(result.error?.issues[0]?.message).toBe('Invalid secret: has keys that the schema does not know');
  });

  it('is wrapped, not a wrapper of absence', () => {
    expect(z.parse(z.optional(secret(z.string())), undefined)).toBeUndefined();
    expect(() => secret(z.optional(z.string()))).toThrow(/wrapper goes outside/);
    expect(() => secret(z._default(z.string(), 'x'))).toThrow(TypeError);
    expect(() => secret('x' as never)).toThrow(/takes a zod 4 schema/);
  });
});

import { expect, it } from 'vitest';
import { javaPattern } from './java-pattern.ts';

// Source: java.util.regex.Pattern, by which CloudFormation and Parameter Store read AllowedPattern.
it.each<[string, string, boolean]>([
  ['^\\p{Print}+$', 'a b~', true],
  ['^\\p{Print}+$', 'a\tb', false],
  ['^[\\p{Alnum}_-]+$', 'a_B-9', true],
  ['^[\\p{Alnum}_-]+$', 'a b', false],
  ['^\\P{Digit}+$', 'abc', true],
  ['(?i)^prod$', 'PROD', true],
  ['\\Aab++\\z', 'abbb', true],
  ['\\Aab++\\z', 'xab', false],
  ['^[a-z]{1,3}+$', 'abc', true],
  ['^[a+*]+$', 'a+*', true],
  ['^\\\\A$', '\\A', true],
  ['^\\p{L}+$', 'größe', true],
])('%s against %s: %s', (pattern, value, matches) => {
  expect(javaPattern(pattern).test(value)).toBe(matches);
});

it('refuses what is not a pattern', () => {
  expect(() => javaPattern('(')).toThrow(SyntaxError);
});

import { inspect } from 'node:util';
import { createRedactor } from '@twelvefold/logging';
import { expect, it } from 'vitest';
import { withoutSecrets } from './without-secrets.ts';

const redactor = createRedactor();
redactor.add('s3cr3t-value');

it('leaves alone what holds no secret', () => {
  const error = new TypeError('no', { cause: new Error('why') });
  expect(withoutSecrets(error, redactor, inspect)).toBe(error);
  expect(withoutSecrets('words', redactor, inspect)).toBe('words');
  expect(withoutSecrets(undefined, redactor, inspect)).toBeUndefined();
});

it.each([
  new RangeError('it is s3cr3t-value'),
  new RangeError('no', { cause: new Error('s3cr3t-value') }),
  Object.assign(new RangeError('no'), { code: 'BAD', details: { key: 's3cr3t-value' } }),
])('gives another error for one that holds a secret', (error) => {
  const safe = withoutSecrets(error, redactor, inspect);
  expect(inspect(safe, { depth: 10 })).not.toContain('s3cr3t-value');
  expect(safe).toMatchObject({ name: 'RangeError', message: expect.stringMatching(/^(no|it is \[redacted\])$/) });
  expect((safe as { code?: string }).code).toBe((error as { code?: string }).code);
});

it('gives an error for thrown words that hold a secret', () => {
  expect(withoutSecrets('s3cr3t-value', redactor, inspect)).toMatchObject({ message: '[redacted]' });
});

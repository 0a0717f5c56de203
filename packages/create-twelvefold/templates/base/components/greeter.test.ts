import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testContext } from 'twelvefold/testing';
import { app } from '../app.ts';
import { greeter } from './greeter.ts';

test('greets by the configured words', async () => {
  const rows: unknown[] = [];
  const greetings = { put: async (row: unknown) => void rows.push(row) };
  const context = testContext(app, { backing: { greetings }, config: { greeting: 'Hi' } });
  await greeter.handler({ name: 'Ada' }, context);
  assert.deepEqual(rows, [{ name: 'Ada', text: 'Hi, Ada' }]);
});

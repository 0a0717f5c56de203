import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testContext } from 'twelvefold/testing';
import { app } from '../app.ts';
import { api } from './api.ts';

test('puts a name into the queue', async () => {
  const sent: unknown[] = [];
  const requests = { send: async (message: unknown) => ({ messageId: `m-${sent.push(message)}` }) };
  const answer = await api.handler(
    new Request('http://localhost/?name=Ada', { method: 'POST' }),
    testContext(app, { backing: { requests } }),
  );
  assert.equal(answer.status, 202);
  assert.deepEqual(sent, [{ name: 'Ada' }]);
});

test('refuses a request without a name', async () => {
  const answer = await api.handler(new Request('http://localhost/'), testContext(app, {}));
  assert.equal(answer.status, 400);
});

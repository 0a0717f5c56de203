import { expect, test } from 'vitest';
import { createTaskProtection } from './task-agent.ts';

const taskArn = 'arn:aws:ecs:eu-central-1:123456789012:task/local/1';

function create(serviceName: string | undefined = 'orders') {
  const clock = { ms: Date.UTC(2026, 10, 1) };
  const protection = createTaskProtection({ taskArn, serviceName, now: () => clock.ms });
  return { clock, put: (body: unknown) => protection.answer('PUT', JSON.stringify(body)), protection };
}

test('lasts two hours by default, and runs out by itself', () => {
  const { clock, put, protection } = create();
  expect(put({ ProtectionEnabled: true })).toEqual({
    status: 200,
    body: { protection: { ExpirationDate: '2026-11-01T02:00:00.000Z', ProtectionEnabled: true, TaskArn: taskArn } },
  });
  clock.ms += 120 * 60_000 - 1;
  expect(protection.active()).toBe(true);
  clock.ms += 1;
  expect(protection.answer('GET', '')).toEqual({
    status: 200,
    body: { protection: { ExpirationDate: null, ProtectionEnabled: false, TaskArn: taskArn } },
  });
});

test('only a task of a service can be protected: a failure, with status 200', () => {
  const alone = createTaskProtection({ taskArn, serviceName: undefined, now: () => 0 });
  const failure = {
    status: 200,
    body: { failure: { Arn: taskArn, Reason: 'TASK_NOT_VALID', Detail: expect.any(String) } },
  };
  expect(alone.answer('PUT', '{"ProtectionEnabled":true}')).toEqual(failure);
  expect(alone.answer('GET', '')).toEqual(failure);
  expect(alone.active()).toBe(false);
});

test.each([
  ['no ProtectionEnabled', { ExpiresInMinutes: 5 }],
  ['a string for a boolean', { ProtectionEnabled: 'true' }],
  ['an unknown field', { ProtectionEnabled: true, expiresInMinutes: 5 }],
  ['zero minutes', { ProtectionEnabled: true, ExpiresInMinutes: 0 }],
  ['more than 48 hours', { ProtectionEnabled: true, ExpiresInMinutes: 2_881 }],
  ['a list', []],
])('%s is malformed: 400', (_, body) => {
  const { put, protection } = create();
  expect(put(body)).toMatchObject({
    status: 400,
    body: { error: { Arn: taskArn, Code: 'InvalidParameterException' } },
  });
  expect(protection.answer('PUT', '{').status).toBe(400);
  expect(protection.active()).toBe(false);
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestClock } from '@twelvefold/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProtectionRequest } from './put-protection.ts';
import type { ProtectionEvent, TaskProtectionOptions } from './task-protection.ts';
import { createTaskProtection } from './task-protection.ts';

const closers: Array<() => void> = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function watched(overrides: Partial<TaskProtectionOptions> = {}) {
  const clock = createTestClock();
  const asked: ProtectionRequest[] = [];
  const events: ProtectionEvent[] = [];
  const put = async (request: ProtectionRequest) => void asked.push(request);
  const onEvent = (event: ProtectionEvent) => void events.push(event);
  const protection = createTaskProtection({ agentUri: 'http://agent', clock, put, onEvent, ...overrides });
  return { clock, asked, events, protection };
}

const refusing = (reason: string) => async () => {
  throw Object.assign(new Error(`because of ${reason}`), { name: reason });
};

describe('createTaskProtection', () => {
  it('is asked for once however much work overlaps, renewed at half time and given up when idle', async () => {
    const { clock, asked, protection } = watched();
    const first = protection.hold();
    const second = protection.hold();
    await clock.advance(0);
    expect(asked).toEqual([{ ProtectionEnabled: true, ExpiresInMinutes: 10 }]);
    first();
    first();
    await clock.advance(300_000);
    expect(asked).toHaveLength(2);
    second();
    await clock.advance(4_999);
    expect(asked).toHaveLength(2);
    await clock.advance(1);
    expect(asked.at(-1)).toEqual({ ProtectionEnabled: false });
    expect(clock.sleepers).toBe(0);
  });

  it('does not flap: work that comes within the idle time keeps it', async () => {
    const { clock, asked, protection } = watched();
    for (let round = 0; round < 5; round += 1) {
      const release = protection.hold();
      await clock.advance(100);
      release();
      await clock.advance(4_000);
    }
    expect(asked.filter(({ ProtectionEnabled }) => !ProtectionEnabled)).toEqual([]);
  });

  it('shows DEPLOYMENT_BLOCKED and asks again', async () => {
    const { clock, events, protection } = watched({ put: refusing('DEPLOYMENT_BLOCKED') });
    protection.hold();
    await clock.advance(30_000);
    expect(events).toEqual([
      { type: 'refused', reason: 'DEPLOYMENT_BLOCKED', detail: 'because of DEPLOYMENT_BLOCKED', final: false },
      { type: 'refused', reason: 'DEPLOYMENT_BLOCKED', detail: 'because of DEPLOYMENT_BLOCKED', final: false },
    ]);
  });

  it('never asks again for a task that belongs to no service', async () => {
    const { clock, events, protection } = watched({ put: refusing('TASK_NOT_VALID') });
    protection.hold();
    await clock.advance(600_000);
    protection.hold();
    await clock.advance(600_000);
    expect(events).toMatchObject([{ type: 'refused', reason: 'TASK_NOT_VALID', final: true }]);
  });

  it('leaves it to run out when work never ends', async () => {
    const { clock, asked, events, protection } = watched({ longestMs: 700_000 });
    protection.hold();
    await clock.advance(3_000_000);
    expect(asked).toHaveLength(3);
    expect(events.at(-1)).toMatchObject({ type: 'overdue' });
  });

  it('is given up at once when the task drains, and leaves no timer', async () => {
    const { clock, asked, protection } = watched();
    protection.hold();
    await clock.advance(0);
    protection.quiesce(new AbortController().signal);
    await protection.stop(new AbortController().signal);
    expect(asked).toEqual([{ ProtectionEnabled: true, ExpiresInMinutes: 10 }, { ProtectionEnabled: false }]);
    expect(clock.sleepers).toBe(0);
  });

  it.each([
    [200, { failure: { Reason: 'DEPLOYMENT_BLOCKED', Detail: 'd' } }, 'DEPLOYMENT_BLOCKED'],
    [400, { error: { Code: 'AccessDeniedException', Message: 'm' } }, 'AccessDeniedException'],
    [502, 'no JSON', 'HTTP 502'],
  ])('reads what the agent answers: %i %j', async (status, answer, reason) => {
    const agent = createServer((request, response) => {
      expect([request.method, request.url]).toEqual(['PUT', '/api/t/task-protection/v1/state']);
      response.writeHead(status).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    }).listen(0);
    closers.push(() => agent.close());
    const { port } = agent.address() as AddressInfo;
    const refused = Promise.withResolvers<ProtectionEvent>();
    const agentUri = `http://127.0.0.1:${port}/api/t`;
    const protection = createTaskProtection({ agentUri, clock: createTestClock(), onEvent: refused.resolve });
    protection.hold();
    expect(await refused.promise).toMatchObject({ type: 'refused', reason });
    protection.quiesce(new AbortController().signal);
    await protection.stop(new AbortController().signal);
  });

  it('refuses minutes that ECS does not take', () => {
    expect(() => createTaskProtection({ agentUri: 'http://agent', minutes: 0 })).toThrow('ECS takes 1 to 2880');
  });
});

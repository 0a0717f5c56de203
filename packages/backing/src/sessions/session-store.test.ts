import { expect, it } from 'vitest';
import * as z from 'zod';
import { actionsOf } from '../kind.ts';
import { sessionStore } from './session-store.ts';

const schema = z.object({ userId: z.string() });

it('declares a frozen store with its limits in milliseconds', () => {
  const store = sessionStore('sessions', { schema });
  expect(store).toMatchObject({ kind: 'sessions', name: 'sessions', idleMs: 1_800_000, absoluteMs: 43_200_000 });
  expect(Object.isFrozen(store)).toBe(true);
});

it('refuses limits that no session could live by, naming both', () => {
  expect(() => sessionStore('s', { schema, idle: '13h' })).toThrow('idle is 46800000 ms and absolute 43200000 ms');
  expect(() => sessionStore('s', { schema, idle: '0s' })).toThrow('idle is 0; a session would end at once');
});

it('names every fault at once', () => {
  const wrong = {
    idle: 'soon',
    grace: '6m',
    remember: '1s',
    maxPerUser: { sessions: 91, over: 'wait' },
    onReuse: 'ignore',
  };
  expect(() => sessionStore('s', { schema, ...wrong } as never)).toThrow(
    "Cannot define session store 's': idle is not a duration such as '30m'; grace is longer than '5m'; remember is not '1m' to '30d'; maxPerUser.sessions is not a whole number from 1 to 90; maxPerUser?.over is not 'refuse' or 'end oldest'; onReuse is not 'report' or 'end'",
  );
});

it('keeps sessions in DynamoDB unless it names another driver', () => {
  expect(sessionStore('s', { schema }).driver).toBe('dynamodb');
  expect(sessionStore('s', { schema, driver: 'memory' }).driver).toBe('memory');
  expect(actionsOf(sessionStore('s', { schema, driver: 'node-redis' }), 'write')).toEqual(['elasticache:Connect']);
  expect(() => sessionStore('s', { schema, password: 'hunter2' as never })).toThrow('a reference to the config');
  // @ts-expect-error: there is no such driver
  expect(() => sessionStore('s', { schema, driver: 'paper' })).toThrow(
    'choose dynamodb or iovalkey or node-redis or memory',
  );
});

it('refuses unknown options, and schemas that do not accept what they return', () => {
  // @ts-expect-error: unknown option
  expect(() => sessionStore('s', { schema, ttl: '1h' })).toThrow("unknown option 'ttl'");
  // @ts-expect-error: what is stored would be checked again and refused
  sessionStore('s', { schema: z.object({ n: z.string().transform(Number) }) });
});

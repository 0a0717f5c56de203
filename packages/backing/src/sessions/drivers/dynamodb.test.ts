import type { Aws } from '@twelvefold/aws';
import { AwsError, dynamodb } from '@twelvefold/aws';
import type { Item } from '@twelvefold/aws/internal';
import { createTestClock } from '@twelvefold/core/testing';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { createSessions } from '../create-sessions.ts';
import { sessionStore } from '../session-store.ts';
import { dynamoDbSessionDriver } from './dynamodb.ts';

type Batch = { RequestItems: Record<string, { Keys: Item[] }> };

/** A port whose reads leave out what `isThrottled` names, as DynamoDB does: with status 200. */
function throttling(isThrottled: (id: string, tries: number) => boolean) {
  const calls: string[][] = [];
  const call = async (_service: string, operation: string, input: Batch) => {
    if (operation !== 'BatchGetItem') throw new TypeError(`not expected: ${operation}`);
    const keys = input.RequestItems.t?.Keys.map(({ id }) => String(id)) ?? [];
    calls.push(keys);
    const left = keys.filter((id) => isThrottled(id, calls.length));
    const read = keys.filter((id) => !left.includes(id)).map((id) => ({ id, value: '{}', version: 'v' }));
    return {
      Responses: { t: read },
      ...(left.length > 0 ? { UnprocessedKeys: { t: { Keys: left.map((id) => ({ id })) } } } : {}),
    };
  };
  const aws = { call, as: () => aws } as unknown as Aws; // the one operation that is called
  return { aws, calls };
}

describe('keys that DynamoDB throttles', () => {
  it('are read again, only they', async () => {
    const { aws, calls } = throttling((id, tries) => id === 'epoch:1' && tries < 3);
    const clock = createTestClock();
    const reading = dynamoDbSessionDriver({ name: 't', aws, clock, random: () => 0.5 }).read(['s', 'epoch:1']);
    await clock.advance(1_000);
    expect([...(await reading).keys()]).toEqual(['s', 'epoch:1']);
    expect(calls).toEqual([['s', 'epoch:1'], ['epoch:1'], ['epoch:1']]);
  });

  it('are an error after three seconds, never a missing record', async () => {
    const { aws } = throttling((id) => id.startsWith('epoch:'));
    const clock = createTestClock();
    const driver = dynamoDbSessionDriver({ name: 't', aws, clock, random: () => 0.5 });
    const store = createSessions({ definition: sessionStore('s', { schema: z.object({}) }), driver, clock });
    const touching = store.touch('A'.repeat(43)).catch((error: unknown) => error);
    await clock.advance(5_000);
    expect(await touching).toMatchObject({
      code: 'SESSION_UNAVAILABLE',
      message: expect.stringContaining('answer with 503'),
    });
  });
});

describe('a write', () => {
  const change = { key: 'a', expected: 'v0', version: 'v1', value: '{}', expiresAtMs: 1_500 };

  it('of one record is a put with a condition, which is not sent again after a lost answer', async () => {
    const sent: unknown[] = [];
    const call = async (...args: unknown[]) => {
      sent.push(args);
      return {};
    };
    const driver = dynamoDbSessionDriver({ name: 't', aws: { call, as: () => undefined } as unknown as Aws });
    expect(await driver.write([change])).toBe('written');
    expect(sent).toEqual([
      [
        dynamodb,
        'PutItem',
        {
          TableName: 't',
          Item: { id: 'a', version: 'v1', value: '{}', expiresAt: 2 },
          ConditionExpression: '#version = :expected',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':expected': 'v0' },
        },
        { access: 'write', signal: undefined },
      ],
    ]);
  });

  it.each([
    ['ConditionalCheckFailed', 'conflict'],
    ['TransactionConflict', 'conflict'],
    ['ThrottlingError', 'conflict'],
    ['ValidationError', 'thrown'],
  ])('of several that is cancelled for %s is a %s', async (Code, outcome) => {
    const cancelled = new AwsError('cancelled', {
      awsCode: 'TransactionCanceledException',
      service: 'dynamodb',
      operation: 'TransactWriteItems',
      retryable: false,
      cancellationReasons: [{ Code: 'None' }, { Code }],
    });
    const aws = { call: () => Promise.reject(cancelled), as: () => undefined } as unknown as Aws;
    const driver = dynamoDbSessionDriver({ name: 't', aws });
    const written = driver.write([change, { ...change, key: 'b' }]).catch(() => 'thrown');
    expect(await written).toBe(outcome);
  });
});

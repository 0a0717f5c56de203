import { AwsError } from '@twelvefold/aws';
import { expect, it } from 'vitest';
import { commit } from './commit.ts';
import type { SessionDriver } from './driver.ts';

/** A driver whose write fails, and which then reads that nothing was written. */
const failing = (awsCode: string) =>
  ({
    name: 'sessions',
    maxValueBytes: 400_000,
    read: async () => new Map(),
    write: async () => {
      throw new AwsError(awsCode, { awsCode, service: 'dynamodb', operation: 'PutItem', retryable: false });
    },
  }) as unknown as SessionDriver;

const change = { key: 'a', base: undefined, record: {} as never, expiresAtMs: undefined };
const version = 'v' as never;

it.each(['AccessDeniedException', 'ValidationException', 'ResourceNotFoundException'])(
  'throws %s, which no other try changes',
  async (awsCode) => {
    await expect(commit(failing(awsCode), [change], version, undefined)).rejects.toMatchObject({ awsCode });
  },
);

it('reads again what an error leaves open', async () => {
  expect(await commit(failing('TransactionInProgressException'), [change], version, undefined)).toBe('conflict');
});

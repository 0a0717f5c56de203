import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach } from 'vitest';

// Answers recorded on AWS by the public LocalStack and dynalite suites, unless a test names another
// source.

export const NOW = Date.UTC(2026, 10, 20, 12);

export let aws: LocalAws;

/** Registers the hooks that each test needs. */
export function prepareRecorded(): void {
  beforeAll(async () => {
    aws = await startLocalAws({
      clock: createClock(() => NOW),
      publicParameters: {
        '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64': 'ami-0123456789abcdef0',
      },
    });
  });
  beforeEach(() => aws.reset());
  afterAll(() => aws.close());
}

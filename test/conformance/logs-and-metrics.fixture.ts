import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach } from 'vitest';

export const NOW = Date.UTC(2026, 10, 20, 12);

export const DAY = 86_400_000;

export const logGroupName = '/orders/api';

export const logStreamName = 'task-1';

export let aws: LocalAws;

export let logs: CloudWatchLogsClient;

export let metrics: CloudWatchClient;

export const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    ({ name, message }: Error) => `${name}: ${message}`,
  );

export async function createGroup() {
  await logs.send(new CreateLogGroupCommand({ logGroupName, tags: { team: 'orders' } }));
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
}

export const put = (...events: Array<string | [number, string]>) =>
  logs.send(
    new PutLogEventsCommand({
      logGroupName,
      logStreamName,
      logEvents: events.map((event, index) =>
        typeof event === 'string'
          ? { timestamp: NOW + index, message: event }
          : { timestamp: event[0], message: event[1] },
      ),
    }),
  );

/** Registers the hooks that each test needs. */
export function prepareLogs(): void {
  beforeAll(async () => {
    aws = await startLocalAws({ clock: createClock(() => NOW) });
    const settings = {
      endpoint: aws.url,
      region: 'eu-west-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
    logs = new CloudWatchLogsClient(settings);
    metrics = new CloudWatchClient(settings);
  });
  afterAll(() => aws.close());
  beforeEach(() => {
    aws.clock.set(NOW);
    aws.reset();
  });
}

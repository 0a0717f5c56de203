import { expect, it } from 'vitest';
import { createAwsClient } from '../../client/aws-client.ts';
import { startLocalAws } from '../../start.ts';

it('keeps the newest events of a stream, so that a long session cannot fill the process', async () => {
  await using aws = await startLocalAws();
  const client = createAwsClient({
    endpoint: aws.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const at = { logGroupName: 'app', logStreamName: 'one' };
  await client.json('logs', 'CreateLogGroup', { logGroupName: 'app' });
  await client.json('logs', 'CreateLogStream', at);
  const timestamp = Math.floor(aws.clock.now());
  for (let batch = 0; batch < 13; batch += 1) {
    const logEvents = Array.from({ length: 10_000 }, (_, index) => ({
      timestamp,
      message: String(batch * 10_000 + index),
    }));
    await client.json('logs', 'PutLogEvents', { ...at, logEvents });
  }
  const oldest = await client.json('logs', 'GetLogEvents', { ...at, startFromHead: true, limit: 1 });
  expect(oldest.events).toEqual([expect.objectContaining({ message: '30000' })]);
  const newest = await client.json('logs', 'GetLogEvents', { ...at, limit: 1 });
  expect(newest.events).toEqual([expect.objectContaining({ message: '129999' })]);
});

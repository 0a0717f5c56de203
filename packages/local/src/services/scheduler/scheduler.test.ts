import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';
import { nextTime, parseSchedule } from './expression.ts';

const at = (text: string) => Date.parse(text);
function times(expression: string, timeZone: string, from: string, count: number): string[] {
  const schedule = parseSchedule(expression, timeZone);
  if (!schedule) throw new Error('not a schedule');
  const found: string[] = [];
  let now = at(from);
  for (let index = 0; index < count; index += 1) {
    now = nextTime(schedule, now, at(from)) ?? Number.NaN;
    found.push(new Date(now).toISOString().slice(0, 16));
  }
  return found;
}

describe('a schedule is due', () => {
  it.each([
    ['rate(15 minutes)', 'UTC', ['2026-03-28T00:15', '2026-03-28T00:30']],
    ['cron(0 3 * * ? *)', 'UTC', ['2026-03-28T03:00', '2026-03-29T03:00']],
    // Summer time begins on 29 March 2026 at 02:00 in Berlin.
    ['cron(0 3 * * ? *)', 'Europe/Berlin', ['2026-03-28T02:00', '2026-03-29T01:00']],
    ['cron(30 2 * * ? *)', 'Europe/Berlin', ['2026-03-28T01:30', '2026-03-30T00:30']],
    ['cron(0/30 9-10 ? * MON-FRI *)', 'UTC', ['2026-03-30T09:00', '2026-03-30T09:30']],
    ['cron(0 0 L * ? *)', 'UTC', ['2026-03-31T00:00', '2026-04-30T00:00']],
    ['cron(0 0 ? * 6#3 *)', 'UTC', ['2026-04-17T00:00', '2026-05-15T00:00']],
    ['cron(0 0 ? * 6L *)', 'UTC', ['2026-04-24T00:00', '2026-05-29T00:00']],
    ['cron(0 0 29 FEB ? *)', 'UTC', ['2028-02-29T00:00', '2032-02-29T00:00']],
  ])('%s in %s', (expression, timeZone, expected) => {
    expect(times(expression, timeZone, '2026-03-28T00:00:00Z', 2)).toEqual(expected);
  });

  it.each([
    'rate(1 minutes)',
    'rate(0 hours)',
    'cron(0 3 * * * *)',
    'cron(0 3 ? * ? *)',
    'cron(61 3 * * ? *)',
    'every day',
  ])('never: %s', (text) => {
    expect(parseSchedule(text, 'UTC')).toBeUndefined();
  });
});

describe('EventBridge Scheduler', () => {
  const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:due';
  let aws: LocalAws;
  let client: SchedulerClient;
  let events: unknown[];
  let failing = 0;
  beforeAll(async () => {
    aws = await startLocalAws();
    aws.clock.freeze();
    aws.clock.set(at('2026-12-01T00:00:00Z'));
    client = new SchedulerClient({
      endpoint: aws.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    aws.functions.register(FUNCTION, async (event) => {
      events.push(event);
      if (failing > 0) throw new Error('not now');
    });
  });
  afterAll(() => aws.close());
  beforeEach(() => {
    events = [];
    failing = 0;
  });
  const RetryPolicy = { MaximumRetryAttempts: 1 };
  const schedule = (Name: string, ScheduleExpression: string, target: object = {}) => ({
    Name,
    ScheduleExpression,
    FlexibleTimeWindow: { Mode: 'OFF' } as const,
    Target: {
      Arn: FUNCTION,
      RoleArn: 'arn:aws:iam::123456789012:role/scheduler',
      Input: JSON.stringify({
        arn: '<aws.scheduler.schedule-arn>',
        time: '<aws.scheduler.scheduled-time>',
        attempt: '<aws.scheduler.attempt-number>',
      }),
      RetryPolicy,
      ...target,
    },
  });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

  it('invokes a function on the clock of the endpoint, with its context attributes', async () => {
    const { ScheduleArn = '' } = await client.send(new CreateScheduleCommand(schedule('hourly', 'rate(1 hour)')));
    expect(ScheduleArn).toBe('arn:aws:scheduler:eu-west-1:123456789012:schedule/default/hourly');
    aws.clock.advance(2 * 3_600_000);
    await expect.poll(() => events.length).toBe(2);
    expect(events[0]).toEqual({ arn: ScheduleArn, time: '2026-12-01T01:00:00Z', attempt: '1' });
    await client.send(new UpdateScheduleCommand({ ...schedule('hourly', 'rate(2 hours)'), State: 'DISABLED' }));
    expect(await client.send(new GetScheduleCommand({ Name: 'hourly' }))).toMatchObject({
      State: 'DISABLED',
      Target: { RetryPolicy },
    });
    aws.clock.advance(4 * 3_600_000);
    await settle();
    expect(events).toHaveLength(2);
    expect(
      (await client.send(new ListSchedulesCommand({ NamePrefix: 'hour' }))).Schedules?.map(({ Name }) => Name),
    ).toEqual(['hourly']);
    await client.send(new DeleteScheduleCommand({ Name: 'hourly' }));
    await expect(client.send(new GetScheduleCommand({ Name: 'hourly' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('tries again as its policy says, then uses the dead-letter queue', async () => {
    const sqs = new SQSClient({
      endpoint: aws.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'lost' }));
    const DeadLetterConfig = { Arn: 'arn:aws:sqs:eu-west-1:123456789012:lost' };
    failing = 1;
    await client.send(
      new CreateScheduleCommand({
        ...schedule('once', 'at(2026-12-02T00:00:00)', { DeadLetterConfig }),
        ActionAfterCompletion: 'DELETE',
      }),
    );
    aws.clock.set(at('2026-12-02T00:00:00Z'));
    await expect.poll(() => events.length).toBe(1);
    await settle();
    aws.clock.advance(60_000);
    await expect.poll(() => events.length).toBe(2);
    await expect
      .poll(
        async () =>
          (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] }))).Messages?.[0]
            ?.MessageAttributes,
      )
      .toMatchObject({ ERROR_MESSAGE: { StringValue: 'not now' } });
    await expect(client.send(new GetScheduleCommand({ Name: 'once' }))).rejects.toThrow('does not exist');
  });

  it('refuses expressions and names twice', async () => {
    await expect(client.send(new CreateScheduleCommand(schedule('bad', 'daily')))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await client.send(new CreateScheduleCommand(schedule('twice', 'rate(1 day)')));
    await expect(client.send(new CreateScheduleCommand(schedule('twice', 'rate(1 day)')))).rejects.toMatchObject({
      name: 'ConflictException',
    });
  });
});

import { createAws, sqs } from '@twelvefold/aws';
import type { LocalAws } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningEntry } from '../support/run-entry.ts';
import { runEntry } from '../support/run-entry.ts';
import { until } from '../support/until.ts';

const BIN = 'packages/app/dist/cli/main.js';
const ACCESS = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const MESSAGES = 20;

let local: LocalAws;
let urls: Record<string, string>;
let running: RunningEntry | undefined;
const aws = () => createAws({ env: { ...ACCESS, AWS_ENDPOINT_URL: local.url } });

beforeEach(async () => {
  local = await startLocalAws();
  const queue = (QueueName: string) => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName } });
  const Outputs = { dead: { Value: { Ref: 'Dead' } }, orders: { Value: { Ref: 'Orders' } } };
  const template = { Resources: { Dead: queue('dead'), Orders: queue('orders') }, Outputs };
  ({ outputs: urls } = await provision(template, { env: ACCESS, endpoint: local.url }));
  for (let n = 0; n < MESSAGES; n += 1) {
    const input = { QueueUrl: urls.dead ?? '', MessageBody: `{"n":${n}}` };
    await aws().call(sqs, 'SendMessage', input, { access: 'write' });
  }
});
afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.exited;
  await local.close();
});

function twelvefold(...args: string[]): RunningEntry {
  running = runEntry(BIN, args, { ...ACCESS, AWS_ENDPOINT_URL: local.url });
  return running;
}

/** Counts of a queue's visible messages and of those that a reader holds. */
async function depth(queue: string) {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const input = { QueueUrl: urls[queue] ?? '', AttributeNames: [...names] };
  const { Attributes = {} } = await aws().call(sqs, 'GetQueueAttributes', input, { access: 'read' });
  return { visible: Number(Attributes[names[0]]), hidden: Number(Attributes[names[1]]) };
}

async function bodies(queue: string): Promise<string[]> {
  const found: string[] = [];
  for (let { visible } = await depth(queue); visible > 0; { visible } = await depth(queue)) {
    const input = { QueueUrl: urls[queue] ?? '', MaxNumberOfMessages: 10 };
    const { Messages = [] } = await aws().call(sqs, 'ReceiveMessage', input, { access: 'write' });
    found.push(...Messages.map(({ Body = '' }) => Body));
  }
  return found;
}

const redrive = ['dlq', 'redrive', 'dead', '--to', 'orders', '--rate', '10', '--confirm', 'dead'];
const some = () =>
  until(
    'some have been moved',
    () => depth('orders'),
    ({ visible }) => visible >= 3,
  );

describe('twelvefold dlq redrive as a process', () => {
  it('does nothing without a terminal and without --confirm', async () => {
    const refused = twelvefold('dlq', 'redrive', 'dead', '--to', 'orders');
    expect(await refused.exited).toEqual({ code: 64, signal: null });
    expect(refused.stderr()).toContain('about 20 messages of dead would go to orders');
    expect(refused.stderr()).toContain('say --confirm dead');
    expect(await depth('dead')).toEqual({ visible: MESSAGES, hidden: 0 });
  });

  it('gives back what it holds on Ctrl-C, says what it moved, and neither loses nor doubles one', async () => {
    const command = twelvefold(...redrive);
    await some();
    command.child.kill('SIGINT');
    expect(await command.exited).toEqual({ code: 1, signal: null });
    expect(command.stderr()).toContain('Interrupted');
    const [orders, dead] = [await depth('orders'), await depth('dead')];
    expect(command.stdout()).toBe(`${orders.visible} moved to orders, the rest left in dead\n`);
    expect(dead).toEqual({ visible: MESSAGES - orders.visible, hidden: 0 });
    const all = [...(await bodies('orders')), ...(await bodies('dead'))];
    expect(new Set(all).size).toBe(MESSAGES);
  });

  it('loses none when it is killed: what it held is there again after ten minutes', async () => {
    const command = twelvefold(...redrive);
    await some();
    command.child.kill('SIGKILL');
    expect(await command.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect((await depth('dead')).hidden).toBeGreaterThan(0);
    local.clock.advance(600_000);
    expect((await depth('dead')).hidden).toBe(0);
    const all = [...(await bodies('orders')), ...(await bodies('dead'))];
    expect(new Set(all).size).toBe(MESSAGES);
    expect(all.length).toBeLessThanOrEqual(MESSAGES + 1); // the one that was sent and not yet deleted
  });
});

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { MEASUREMENTS } from './rows/all.ts';
import { MOST_MINIMAL_BYTES } from './rows/bundle-bytes.ts';
import { configLoad } from './rows/config-load.ts';
import { queueRequests } from './rows/queue-requests.ts';
import { sessionCalls } from './rows/session-calls.ts';
import { bundle } from './support/bundle.ts';
import type { Row } from './support/row.ts';
import { meetsTarget, ratioOf } from './support/row.ts';
import { table } from './support/table.ts';

describe('exact request counts', () => {
  it.for([
    ['of a queue', queueRequests],
    ['of a config load', configLoad],
    ['of a session', sessionCalls],
  ] as const)('%s meet their targets', { timeout: 30_000 }, async ([, { measure, quick }]) => {
    const rows = await measure({ quick: true, rounds: 1 });
    expect(quick).toBe(true);
    expect(rows.every(({ target, exact }) => exact && target !== undefined)).toBe(true);
    expect(rows.filter((row) => !meetsTarget(row))).toEqual([]);
  });
});

describe('the bundle of the cold start handler', () => {
  it('does not grow unseen', { timeout: 30_000 }, async () => {
    const { bytes } = await bundle('minimal', ['@aws-sdk/*']);
    expect(bytes).toBeLessThanOrEqual(MOST_MINIMAL_BYTES);
  });

  it('has the protocols of the services that it calls, and no others', { timeout: 30_000 }, async () => {
    const { path } = await bundle('minimal', ['@aws-sdk/*']);
    const text = await readFile(path, 'utf8');
    const marks = {
      sqs: ['AmazonSQS', '@aws-sdk/client-sqs'],
      ssm: ['AmazonSSM', '@aws-sdk/client-ssm'],
      secretsmanager: ['@aws-sdk/client-secrets-manager'],
      sns: ['2010-03-31', 'PublishBatchRequestEntries', '@aws-sdk/client-sns'],
      dynamodb: ['DynamoDB_20120810', 'removeUndefinedValues', '@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb'],
      ecs: ['AmazonEC2ContainerService', '@aws-sdk/client-ecs'],
      lambda: ['/2015-03-31/functions', '@aws-sdk/client-lambda'],
      logs: ['Logs_20140328', '@aws-sdk/client-cloudwatch-logs'],
    };
    const found = Object.entries(marks).filter(([, texts]) => texts.some((one) => text.includes(one)));
    expect(found.map(([name]) => name)).toEqual(['sqs', 'ssm', 'secretsmanager']);
    expect(found.flatMap(([, texts]) => texts.filter((one) => !text.includes(one)))).toEqual([]);
    // esbuild puts a module into a function where some import() names it, which costs 1 ms of a
    // cold start.
    expect(text).not.toMatch(/=\w+\(\(\)=>\{"use strict"/);
  });
});

describe('targets', () => {
  const row: Row = { name: 'x', measure: 'calls', unit: 'calls', value: 4, exact: true };

  it('miss by a single call', () => {
    expect(meetsTarget({ ...row, target: { exactly: 3 } })).toBe(false);
    expect(meetsTarget({ ...row, target: { atMost: 3 } })).toBe(false);
    expect(meetsTarget({ ...row, target: { atMost: 4 } })).toBe(true);
  });

  it('are multiples of the peer that they name', () => {
    const raced = { ...row, peers: { slow: 8, slower: 40 } };
    expect(ratioOf(raced)).toBe(0.5);
    expect(meetsTarget({ ...raced, target: { times: 0.11, of: 'slower' } })).toBe(true);
    expect(meetsTarget({ ...raced, target: { times: 0.09, of: 'slower' } })).toBe(false);
    expect(meetsTarget({ ...raced, target: { times: 0.4, of: 'slow', atLeast: true } })).toBe(true);
    expect(meetsTarget({ ...raced, target: { times: 9, of: 'absent' } })).toBe(false);
  });

  it('that are missed stand out in the table', () => {
    const lines = table([{ ...row, peers: { slow: 8 }, target: { times: 0.4, of: 'slow' }, note: 'why' }]).split('\n');
    expect(lines[2]).toBe('| calls [1] | calls | 4 | slow 8 | 0.50x |  | at most 0.4x slow | **no** |');
    expect(lines.at(-1)).toBe('1. why');
  });

  it('show how far from the floor they are', () => {
    const lines = table([{ ...row, peers: { slow: 8, floor: 2.5 } }]).split('\n');
    expect(lines[2]).toMatch(/ \| slow 8, floor 2.5 \| 0.50x \| 1.60x \| /);
  });
});

it('each measurement has a unique name', () => {
  const names = MEASUREMENTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

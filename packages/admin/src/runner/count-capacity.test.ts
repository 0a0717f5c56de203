import type { Aws } from '@twelvefold/aws';
import { AwsError, dynamodb, sqs } from '@twelvefold/aws';
import { describe, expect, it } from 'vitest';
import { countCapacity } from './count-capacity.ts';

/** A port that answers with `output`, or rejects with it, and what it was asked. */
function port(output: unknown) {
  const inputs: unknown[] = [];
  const components: string[] = [];
  const aws = {
    call: async (_service: unknown, _operation: string, input: unknown) => {
      inputs.push(input);
      if (output instanceof Error) throw output;
      return output;
    },
    as: (component: string) => {
      components.push(component);
      return aws;
    },
  } as unknown as Aws; // one answer for every operation
  return { aws, inputs, components };
}

function pace() {
  const units: number[] = [];
  let throttled = 0;
  return {
    units,
    throttledCalls: () => throttled,
    consumed: (one: number) => void units.push(one),
    throttled: () => {
      throttled += 1;
    },
  };
}

const get = { TableName: 't', Key: { id: '1' } };
const read = { access: 'read' } as const;

describe('consumed capacity', () => {
  it.each([
    ['a call on one table', { ConsumedCapacity: { TableName: 't', CapacityUnits: 2.5 } }, 2.5],
    ['a transaction on two', { ConsumedCapacity: [{ CapacityUnits: 2 }, { CapacityUnits: 4 }] }, 6],
    ['an answer without it', {}, 0],
  ])('is asked for, and counted for %s', async (_case, output, units) => {
    const counted = pace();
    const { aws, inputs, components } = port(output);
    const wrapped = countCapacity(aws, () => counted).as('backfill');
    expect(await wrapped.call(dynamodb, 'GetItem', get, read)).toBe(output);
    expect(counted.units).toEqual([units]);
    expect(inputs).toEqual([{ ...get, ReturnConsumedCapacity: 'TOTAL' }]);
    expect(components).toEqual(['backfill']);
  });

  it('is not asked of other services, and goes to the leg that is at work', async () => {
    const { aws, inputs } = port({ ConsumedCapacity: { CapacityUnits: 1 } });
    let current: ReturnType<typeof pace> | undefined;
    const wrapped = countCapacity(aws, () => current);
    await wrapped.call(sqs, 'GetQueueUrl', { QueueName: 'q' }, read);
    await wrapped.call(dynamodb, 'GetItem', get, read);
    current = pace();
    await wrapped.call(dynamodb, 'GetItem', get, read);
    expect([inputs[0], current.units]).toEqual([{ QueueName: 'q' }, [1]]);
  });

  it.each([
    ['ProvisionedThroughputExceededException', 1],
    ['ThrottlingException', 1],
    ['RequestLimitExceeded', 1],
    ['ConditionalCheckFailedException', 0],
  ])('a call that fails with %s slows the pace %i times', async (code, times) => {
    const counted = pace();
    const error = new AwsError('no', { service: 'dynamodb', operation: 'GetItem', awsCode: code } as never);
    const { aws } = port(error);
    await expect(countCapacity(aws, () => counted).call(dynamodb, 'GetItem', get, read)).rejects.toBe(error);
    expect([counted.throttledCalls(), counted.units]).toEqual([times, []]);
  });
});

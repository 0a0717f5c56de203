import type { TestClock } from '@twelvefold/core/testing';
import { createTestClock } from '@twelvefold/core/testing';
import { beforeEach } from 'vitest';
import * as z from 'zod';
import type { SqsModel } from '../../testing/sqs-model.ts';
import { createSqsModel } from '../../testing/sqs-model.ts';
import { queue } from '../queue.ts';
import { createSqsSender } from './sqs-sender.ts';

export const URL_ = 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders-test-orders';

const Order = z.object({ sku: z.string(), quantity: z.number().int().default(1), note: z.string().optional() });

export const orders = queue('orders', { schema: Order });

export const MIB = 1_048_576;

export let clock: TestClock;

export let aws: SqsModel;

export const sender = () => createSqsSender({ definition: orders, url: URL_, aws, clock, random: () => 0 });

/** Registers the hooks that each test needs. */
export function prepareSender(): void {
  beforeEach(() => {
    clock = createTestClock();
    aws = createSqsModel(clock);
  });
}

import { runInScope, TwelvefoldError } from '@twelvefold/lifecycle';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createManualClock } from '../testing/manual-clock.ts';
import type { SqsModel } from '../testing/sqs-model.ts';
import { createSqsModel } from '../testing/sqs-model.ts';
import { topic } from './definition.ts';
import { createSnsPublisher } from './sns-publisher.ts';

const ARN = 'arn:aws:sns:eu-west-1:123456789012:orders-test-order-events';
const events = topic('order-events', { schema: z.object({ orderId: z.string() }) });

let aws: SqsModel;
beforeEach(() => {
  aws = createSqsModel(createManualClock());
});
const publisher = () => createSnsPublisher({ definition: events, arn: ARN, aws });

describe('publish', () => {
  it("publishes the input with the scope's correlation and trace", async () => {
    const trace = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      xray: 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1',
    };
    const { messageId } = await runInScope({ kind: 'message', component: 'orders', correlationId: 'c-7', trace }, () =>
      publisher().publish({ orderId: 'o-1' }),
    );
    expect(messageId).toBe('m1');
    expect(aws.calls[0]?.input).toEqual({
      TopicArn: ARN,
      Message: '{"orderId":"o-1"}',
      MessageAttributes: {
        correlationId: { DataType: 'String', StringValue: 'c-7' },
        traceparent: { DataType: 'String', StringValue: trace.traceparent },
        xrayTraceHeader: { DataType: 'String', StringValue: trace.xray },
      },
    });
  });

  it('refuses what does not fit the schema, and more than 256 KiB, before any call', async () => {
    const wrong = { orderId: 12 } as unknown as { orderId: string }; // wrong on purpose
    const invalid = await publisher()
      .publish(wrong)
      .catch((error: unknown) => error);
    expect(TwelvefoldError.isInstance(invalid, 'MESSAGE_INVALID')).toBe(true);
    const large = await publisher()
      .publish({ orderId: 'x'.repeat(262_144) })
      .catch((error: unknown) => error);
    expect(TwelvefoldError.isInstance(large, 'MESSAGE_TOO_LARGE')).toBe(true);
    expect(aws.calls).toHaveLength(0);
  });

  it('refuses an ARN that is not of a topic, and unknown options', () => {
    const arn = 'arn:aws:sqs:eu-west-1:123456789012:orders';
    expect(() => createSnsPublisher({ definition: events, arn, aws })).toThrow("'arn' is not the ARN of a topic");
    const options = { definition: events, arn: ARN, aws, url: 'x' };
    expect(() => createSnsPublisher(options)).toThrow("unknown option 'url'");
  });
});

import type { Infrastructure, InfrastructureContext } from '../infrastructure.ts';
import { tlsOnly } from '../infrastructure.ts';
import { SNS_LIMITS } from './sns-limits.ts';

/** The fields of a topic's definition that its resources show. */
interface TopicShape {
  readonly fifo: object | undefined;
  readonly maxBytes: number;
}

/** A topic with its policy. In a file that the bundles of functions leave out. */
export function template({ fifo, maxBytes }: TopicShape, context: InfrastructureContext): Infrastructure {
  const { physicalName, logicalId } = context;
  const id = logicalId('Topic');
  const topic = {
    TopicName: physicalName,
    // The account's key of SNS: its policy admits every principal that may use SNS.
    KmsMasterKeyId: 'alias/aws/sns',
    ...(fifo ? { FifoTopic: true, FifoThroughputScope: 'MessageGroup' } : {}),
    ...(maxBytes === SNS_LIMITS.defaultBytes ? {} : { MaximumMessageSize: maxBytes }),
  };
  const policy = { Version: '2012-10-17', Statement: [tlsOnly('sns:Publish', { Ref: id })] };
  return {
    resources: [
      { id, type: 'AWS::SNS::Topic', properties: topic },
      {
        id: `${id}Policy`,
        type: 'AWS::SNS::TopicPolicy',
        properties: { Topics: [{ Ref: id }], PolicyDocument: policy },
      },
    ],
    arns: [{ Ref: id }],
    binding: { Ref: id },
  };
}

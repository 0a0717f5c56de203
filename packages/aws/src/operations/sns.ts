import type { BatchFailure, MessageAttributeValue } from './sqs.ts';

export interface PublishEntry {
  Id: string;
  Message: string;
  MessageAttributes?: Record<string, MessageAttributeValue>;
  MessageDeduplicationId?: string;
  MessageGroupId?: string;
}

/** The SNS operations that drivers use. */
export interface SnsOperations {
  Publish: {
    input: Omit<PublishEntry, 'Id'> & { TopicArn: string };
    output: { MessageId?: string; SequenceNumber?: string };
  };
  PublishBatch: {
    input: { TopicArn: string; PublishBatchRequestEntries: PublishEntry[] };
    output: {
      Successful?: Array<{ Id?: string; MessageId?: string; SequenceNumber?: string }>;
      Failed?: BatchFailure[];
    };
  };
}

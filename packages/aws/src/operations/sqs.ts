/** The SQS operations that drivers use, in the shapes of the SQS API. */
export interface MessageAttributeValue {
  DataType: string;
  StringValue?: string;
  BinaryValue?: Uint8Array;
}

export interface SqsMessage {
  MessageId?: string;
  ReceiptHandle?: string;
  MD5OfBody?: string;
  Body?: string;
  Attributes?: Record<string, string>;
  MessageAttributes?: Record<string, MessageAttributeValue>;
}

export interface SendMessageEntry {
  Id: string;
  MessageBody: string;
  DelaySeconds?: number;
  MessageAttributes?: Record<string, MessageAttributeValue>;
  MessageSystemAttributes?: Record<string, MessageAttributeValue>;
  MessageDeduplicationId?: string;
  MessageGroupId?: string;
}

/** One entry of a batch that failed although the call answered 200. */
export interface BatchFailure {
  Id?: string;
  SenderFault?: boolean;
  Code?: string;
  Message?: string;
}

export interface SqsOperations {
  SendMessage: {
    input: Omit<SendMessageEntry, 'Id'> & { QueueUrl: string };
    output: { MessageId?: string; SequenceNumber?: string; MD5OfMessageBody?: string };
  };
  SendMessageBatch: {
    input: { QueueUrl: string; Entries: SendMessageEntry[] };
    output: {
      Successful?: Array<{ Id?: string; MessageId?: string; MD5OfMessageBody?: string; SequenceNumber?: string }>;
      Failed?: BatchFailure[];
    };
  };
  ReceiveMessage: {
    input: {
      QueueUrl: string;
      MaxNumberOfMessages?: number;
      VisibilityTimeout?: number;
      WaitTimeSeconds?: number;
      MessageAttributeNames?: string[];
      MessageSystemAttributeNames?: string[];
      ReceiveRequestAttemptId?: string;
    };
    output: { Messages?: SqsMessage[] };
  };
  DeleteMessage: { input: { QueueUrl: string; ReceiptHandle: string }; output: Record<string, never> };
  DeleteMessageBatch: {
    input: { QueueUrl: string; Entries: Array<{ Id: string; ReceiptHandle: string }> };
    output: { Successful?: Array<{ Id?: string }>; Failed?: BatchFailure[] };
  };
  ChangeMessageVisibility: {
    input: { QueueUrl: string; ReceiptHandle: string; VisibilityTimeout: number };
    output: Record<string, never>;
  };
  ChangeMessageVisibilityBatch: {
    input: { QueueUrl: string; Entries: Array<{ Id: string; ReceiptHandle: string; VisibilityTimeout: number }> };
    output: { Successful?: Array<{ Id?: string }>; Failed?: BatchFailure[] };
  };
  GetQueueAttributes: {
    input: { QueueUrl: string; AttributeNames?: string[] };
    output: { Attributes?: Record<string, string> };
  };
  GetQueueUrl: {
    input: { QueueName: string };
    output: { QueueUrl?: string };
  };
}

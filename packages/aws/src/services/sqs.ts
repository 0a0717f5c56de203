import { builtin } from '@twelvefold/core/internal';
import type { Accesses, AwsService } from './aws-service.ts';
import { jsonProtocol } from './json-protocol.ts';
import type { Attributes } from './message-attributes.ts';
import { attributesDigest, decodeAttributes, encodeAttributes } from './message-attributes.ts';

interface Outgoing {
  Id?: string;
  MessageBody: string;
  MessageAttributes?: Attributes;
  MessageSystemAttributes?: Attributes;
}

interface Sent {
  Id?: string;
  MessageId?: string;
  MD5OfMessageBody?: string;
  MD5OfMessageAttributes?: string;
}

interface Received {
  MessageId?: string;
  Body?: string;
  MD5OfBody?: string;
  MD5OfMessageAttributes?: string;
  MessageAttributes?: Attributes;
}

/**
 * Codes of the older Query protocol, under which SQS still reports its errors, and the names they
 * have in the SDK.
 */
const QUERY_CODES = {
  'AWS.SimpleQueueService.BatchEntryIdsNotDistinct': 'BatchEntryIdsNotDistinct',
  'AWS.SimpleQueueService.BatchRequestTooLong': 'BatchRequestTooLong',
  'AWS.SimpleQueueService.EmptyBatchRequest': 'EmptyBatchRequest',
  'AWS.SimpleQueueService.InvalidBatchEntryId': 'InvalidBatchEntryId',
  'AWS.SimpleQueueService.MessageNotInflight': 'MessageNotInflight',
  'AWS.SimpleQueueService.NonExistentQueue': 'QueueDoesNotExist',
  'AWS.SimpleQueueService.PurgeQueueInProgress': 'PurgeQueueInProgress',
  'AWS.SimpleQueueService.QueueDeletedRecently': 'QueueDeletedRecently',
  'AWS.SimpleQueueService.TooManyEntriesInBatchRequest': 'TooManyEntriesInBatchRequest',
  'AWS.SimpleQueueService.UnsupportedOperation': 'UnsupportedOperation',
  'KMS.AccessDeniedException': 'KmsAccessDenied',
  'KMS.DisabledException': 'KmsDisabled',
  'KMS.InvalidKeyUsageException': 'KmsInvalidKeyUsage',
  'KMS.InvalidStateException': 'KmsInvalidState',
  'KMS.NotFoundException': 'KmsNotFound',
  'KMS.OptInRequired': 'KmsOptInRequired',
  'KMS.ThrottlingException': 'KmsThrottled',
  QueueAlreadyExists: 'QueueNameExists',
} as const;

/** AWS JSON 1.0. Bodies and attributes are checked against the MD5 that SQS says. */
const protocol = jsonProtocol({
  target: 'AmazonSQS',
  version: '1.0',
  extraHeaders: { 'x-amzn-query-mode': 'true' },
  queryCodes: QUERY_CODES,
  encode: {
    SendMessage: (input: Outgoing) => encodeMessage(input),
    SendMessageBatch: (input: { Entries: Outgoing[] }) => {
      const plain = input.Entries.every((entry) => encodeMessage(entry) === entry);
      return plain ? input : { ...input, Entries: input.Entries.map(encodeMessage) };
    },
  },
  decode: {
    ReceiveMessage: (output: { Messages?: Array<{ MessageAttributes?: Record<string, Record<string, unknown>> }> }) => {
      for (const { MessageAttributes } of output.Messages ?? [])
        if (MessageAttributes) decodeAttributes(MessageAttributes);
      return output;
    },
  },
  verify: (operation, input, output) => {
    switch (operation) {
      case 'ReceiveMessage': {
        const { Messages } = output as { Messages?: Received[] };
        if (!Messages || Messages.every(isWhole)) return undefined;
        const damaged = Messages.filter((message) => !isWhole(message));
        return `the MD5 of received messages does not fit: ${damaged.map(({ MessageId }) => MessageId).join(', ')}`;
      }
      case 'SendMessage':
        return arrived(input as Outgoing, output as Sent) ? undefined : 'the MD5 of the sent message does not fit';
      case 'SendMessageBatch': {
        const sent = new Map((output as { Successful?: Sent[] }).Successful?.map((entry) => [entry.Id, entry]));
        const damaged: unknown[] = [];
        for (const entry of (input as { Entries: Outgoing[] }).Entries) {
          const answer = sent.get(entry.Id);
          if (answer !== undefined && !arrived(entry, answer)) damaged.push(entry.Id);
        }
        return damaged.length === 0
          ? undefined
          : `the MD5 of sent messages does not fit: entries ${damaged.join(', ')}`;
      }
      default:
        return undefined;
    }
  },
});

/** Simple Queue Service. */
export const sqs: AwsService<'sqs'> = {
  name: 'sqs',
  endpointVariable: 'AWS_ENDPOINT_URL_SQS',
  operations: {
    SendMessage: 'write',
    SendMessageBatch: 'write',
    ReceiveMessage: 'write',
    DeleteMessage: 'write',
    DeleteMessageBatch: 'write',
    ChangeMessageVisibility: 'write',
    ChangeMessageVisibilityBatch: 'write',
    GetQueueAttributes: 'read',
    GetQueueUrl: 'read',
  } satisfies Accesses<'sqs'>,
  protocol,
  loadSdk: async ({ open, missing, hasEndpoint }) => {
    try {
      // With an endpoint set, the SDK would still send to the host of the queue URL: a production
      // URL in a laptop's
      // config would reach real AWS.
      const options = hasEndpoint ? { useQueueUrlAsEndpoint: false } : {};
      return open(await import('@aws-sdk/client-sqs'), 'SQSClient', options);
    } catch (error) {
      throw missing(error);
    }
  },
};

function encodeMessage(message: Outgoing): unknown {
  const { MessageAttributes: attributes, MessageSystemAttributes: system } = message;
  const encoded = attributes && encodeAttributes(attributes);
  const encodedSystem = system && encodeAttributes(system);
  if (encoded === attributes && encodedSystem === system) return message;
  return {
    ...message,
    ...(encoded ? { MessageAttributes: encoded } : {}),
    ...(encodedSystem ? { MessageSystemAttributes: encodedSystem } : {}),
  };
}

const md5 = (text: string): string => builtin('node:crypto').hash('md5', text);

const isWhole = ({ Body = '', MD5OfBody, MD5OfMessageAttributes, MessageAttributes }: Received): boolean =>
  MD5OfBody === md5(Body) &&
  (MD5OfMessageAttributes === undefined ||
    MessageAttributes === undefined ||
    MD5OfMessageAttributes === attributesDigest(MessageAttributes));

const arrived = ({ MessageBody, MessageAttributes }: Outgoing, answer: Sent): boolean =>
  answer.MD5OfMessageBody === md5(MessageBody) &&
  (answer.MD5OfMessageAttributes === undefined ||
    MessageAttributes === undefined ||
    answer.MD5OfMessageAttributes === attributesDigest(MessageAttributes));

import { invalidParameter, sqsError } from './errors.ts';

/** Bounds from the SetQueueAttributes reference. */
const INTEGERS: Record<string, { min: number; max: number; byDefault: number }> = {
  VisibilityTimeout: { min: 0, max: 43_200, byDefault: 30 },
  MaximumMessageSize: { min: 1024, max: 1_048_576, byDefault: 1_048_576 },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, byDefault: 345_600 },
  DelaySeconds: { min: 0, max: 900, byDefault: 0 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, byDefault: 0 },
};
const OPTIONAL_INTEGERS: Record<string, { min: number; max: number }> = {
  KmsDataKeyReusePeriodSeconds: { min: 60, max: 86_400 },
};
const BOOLEANS = ['SqsManagedSseEnabled'];
const FIFO_BOOLEANS = ['FifoQueue', 'ContentBasedDeduplication'];
const FIFO_CHOICES: Record<string, string[]> = {
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
};
const DOCUMENTS = ['Policy', 'RedriveAllowPolicy'];

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

const invalidAttribute = (name: string) =>
  sqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Record<string, unknown>; // narrowed on the line above
  } catch {
    return undefined;
  }
}

/** @throws ServiceError `InvalidParameterValue` */
export function parseRedrivePolicy(text: string): RedrivePolicy {
  const refuse = (reason: string) => invalidParameter(text, 'RedrivePolicy', reason);
  const policy = parseObject(text);
  if (policy === undefined) throw refuse('Redrive policy is not a valid JSON map.');
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  if (deadLetterTargetArn === undefined)
    throw refuse('Redrive policy does not contain mandatory attribute: deadLetterTargetArn.');
  if (maxReceiveCount === undefined)
    throw refuse('Redrive policy does not contain mandatory attribute: maxReceiveCount.');
  if (typeof deadLetterTargetArn !== 'string' || !/^arn:aws[a-z-]*:sqs:[^:]+:\d{12}:[^:]+$/.test(deadLetterTargetArn)) {
    throw refuse('Invalid value for deadLetterTargetArn.');
  }
  const count = Number(maxReceiveCount);
  if (!Number.isInteger(count) || count < 1 || count > 1000) {
    throw refuse(
      'Invalid value for maxReceiveCount: ' +
        String(maxReceiveCount) +
        ', valid values are from 1 to 1000 both inclusive.',
    );
  }
  return { deadLetterTargetArn, maxReceiveCount: count };
}

function checkAttribute(name: string, value: string, fifo: boolean): void {
  const bounds = INTEGERS[name] ?? OPTIONAL_INTEGERS[name];
  if (bounds !== undefined) {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : -1;
    if (number < bounds.min || number > bounds.max) throw invalidAttribute(name);
    return;
  }
  if (BOOLEANS.includes(name) || (fifo && FIFO_BOOLEANS.includes(name))) {
    if (!/^(true|false)$/.test(value)) throw invalidAttribute(name);
    return;
  }
  const choices = fifo ? FIFO_CHOICES[name] : undefined;
  if (choices !== undefined) {
    if (!choices.includes(value)) throw invalidAttribute(name);
    return;
  }
  if (name === 'RedrivePolicy') {
    if (value !== '') parseRedrivePolicy(value);
    return;
  }
  if (DOCUMENTS.includes(name)) {
    if (value !== '' && parseObject(value) === undefined) throw invalidAttribute(name);
    return;
  }
  if (name !== 'KmsMasterKeyId') throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

/** Checks attributes that a caller sets. @throws ServiceError `InvalidAttributeName`, `InvalidAttributeValue`, `InvalidParameterValue` */
export function checkAttributes(attributes: Readonly<Record<string, string>>, fifo: boolean): void {
  for (const [name, value] of Object.entries(attributes)) checkAttribute(name, value, fifo);
}

/** What a queue has without anything set. */
export function defaultAttributes(fifo: boolean): Record<string, string> {
  const integers = Object.entries(INTEGERS).map(([name, { byDefault }]) => [name, String(byDefault)]);
  return {
    ...Object.fromEntries(integers),
    SqsManagedSseEnabled: 'true',
    ...(fifo
      ? {
          FifoQueue: 'true',
          ContentBasedDeduplication: 'false',
          DeduplicationScope: 'queue',
          FifoThroughputLimit: 'perQueue',
        }
      : {}),
  };
}

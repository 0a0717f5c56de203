import { sqsError } from './errors.ts';
import { parseObject } from './parse-object.ts';
import { parseRedriveAllowPolicy } from './redrive-allow-policy.ts';
import { parseRedrivePolicy } from './redrive-policy.ts';

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

const invalidAttribute = (name: string, reason = '') =>
  sqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.${reason}`);

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
  if (name === 'RedriveAllowPolicy') {
    if (value !== '') parseRedriveAllowPolicy(value);
    return;
  }
  if (name === 'Policy') {
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

/** Checks what attributes must agree on, by the values they will all have. @throws ServiceError `InvalidAttributeValue` */
export function checkTogether(attributes: Readonly<Record<string, string>>, fifo: boolean): void {
  // "perMessageGroupId is allowed only when the value for DeduplicationScope is messageGroup" (SetQueueAttributes).
  if (
    fifo &&
    attributes.FifoThroughputLimit === 'perMessageGroupId' &&
    attributes.DeduplicationScope !== 'messageGroup'
  ) {
    throw invalidAttribute(
      'FifoThroughputLimit',
      ' Reason: perMessageGroupId needs the DeduplicationScope messageGroup.',
    );
  }
}

/** One kind of encryption ends the other: "you can use one type of server-side encryption at one time". @throws ServiceError */
export function withEncryption(changed: Readonly<Record<string, string>>): Record<string, string> {
  const byKms = changed.KmsMasterKeyId !== undefined && changed.KmsMasterKeyId !== '';
  if (byKms && changed.SqsManagedSseEnabled === 'true') {
    throw sqsError(
      'InvalidAttributeName',
      'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
    );
  }
  if (byKms) return { ...changed, SqsManagedSseEnabled: 'false' };
  return changed.SqsManagedSseEnabled === 'true' ? { ...changed, KmsMasterKeyId: '' } : { ...changed };
}

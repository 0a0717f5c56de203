import { invalidParameter, sqsError } from './errors.ts';

/** A JSON object's members; undefined for any other text. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Record<string, unknown>; // narrowed on the line above
  } catch {
    return undefined;
  }
}

/** Which queues may name a queue as their dead-letter queue. */
interface RedriveAllowPolicy {
  readonly redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  readonly sourceQueueArns: readonly string[];
}

const MAX_SOURCES = 10;

const isPermission = (value: unknown): value is RedriveAllowPolicy['redrivePermission'] =>
  value === 'allowAll' || value === 'denyAll' || value === 'byQueue';

/** @throws ServiceError `InvalidAttributeValue`, `InvalidParameterValue` */
function parseRedriveAllowPolicy(text: string): RedriveAllowPolicy {
  const { redrivePermission, sourceQueueArns, ...others } = parseObject(text) ?? {};
  const sources: unknown = sourceQueueArns ?? [];
  const isList = Array.isArray(sources) && sources.every((source) => typeof source === 'string');
  if (!isPermission(redrivePermission) || !isList || Object.keys(others).length > 0) {
    throw sqsError(
      'InvalidAttributeValue',
      "Invalid value for the parameter RedriveAllowPolicy. Reason: Amazon SQS can't create the redrive allow policy, as it’s in an unsupported format.",
    );
  }
  const refuse = (reason: string) =>
    invalidParameter(text, 'RedriveAllowPolicy', `Amazon SQS can't create the redrive allow policy. ${reason}`);
  if (redrivePermission !== 'byQueue' && sourceQueueArns !== undefined) {
    throw refuse('To specify one or more source queue ARNs, you must set redrivePermission to byQueue.');
  }
  if (redrivePermission === 'byQueue' && sources.length === 0) {
    throw refuse(
      'When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values.',
    );
  }
  if (sources.length > MAX_SOURCES) {
    throw refuse(`The maximum number of source queue ARNs you can specify is ${MAX_SOURCES}.`);
  }
  return { redrivePermission, sourceQueueArns: sources };
}

/** Whether the queue of these attributes takes the dead letters of `sourceArn`. */
export function allowsRedrive(
  { RedriveAllowPolicy: text }: Readonly<Record<string, string>>,
  sourceArn: string,
): boolean {
  if (text === undefined) return true;
  const { redrivePermission, sourceQueueArns } = parseRedriveAllowPolicy(text);
  return redrivePermission === 'allowAll' || (redrivePermission === 'byQueue' && sourceQueueArns.includes(sourceArn));
}

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

/** @throws ServiceError `InvalidParameterValue` */
export function parseRedrivePolicy(text: string): RedrivePolicy {
  const refuse = (reason: string) => invalidParameter(text, 'RedrivePolicy', reason);
  const policy = parseObject(text);
  if (policy === undefined) throw refuse('Redrive policy is not a valid JSON map.');
  const { deadLetterTargetArn, maxReceiveCount, ...others } = policy;
  if (maxReceiveCount === undefined)
    throw refuse('Redrive policy does not contain mandatory attribute: maxReceiveCount.');
  if (deadLetterTargetArn === undefined)
    throw refuse('Redrive policy does not contain mandatory attribute: deadLetterTargetArn.');
  const count = Number(maxReceiveCount);
  if (!Number.isInteger(count) || count < 1 || count > 1000) {
    throw refuse(
      `Invalid value for maxReceiveCount: ${String(maxReceiveCount)}, valid values are from 1 to 1000 both inclusive.`,
    );
  }
  if (typeof deadLetterTargetArn !== 'string' || !/^arn:aws[a-z-]*:sqs:[^:]+:\d{12}:[^:]+$/.test(deadLetterTargetArn)) {
    throw refuse('Invalid value for deadLetterTargetArn.'); // recorded on AWS
  }
  if (Object.keys(others).length > 0) {
    throw refuse('Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn].');
  }
  return { deadLetterTargetArn, maxReceiveCount: count };
}

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
    if (!/^(true|false)$/i.test(value)) throw invalidAttribute(name);
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
  if (Object.hasOwn(FIFO_CHOICES, name)) {
    throw sqsError('InvalidAttributeName', `You can specify the ${name} only when FifoQueue is set to true.`);
  }
  if (name !== 'KmsMasterKeyId') throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

/** Booleans in lower case, as SQS stores them; it takes them in any case (recorded on AWS). */
export function withPlainBooleans(attributes: Readonly<Record<string, string>>): Record<string, string> {
  const isBoolean = (name: string, value: string) =>
    [...BOOLEANS, ...FIFO_BOOLEANS].includes(name) && /^(true|false)$/i.test(value);
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, isBoolean(name, value) ? value.toLowerCase() : value]),
  );
}

/**
 * Checks attributes that a caller sets.
 *
 * @throws ServiceError `InvalidAttributeName`, `InvalidAttributeValue`, `InvalidParameterValue`
 */
export function checkAttributes(attributes: Readonly<Record<string, string>>, fifo: boolean): void {
  for (const [name, value] of Object.entries(attributes)) checkAttribute(name, value, fifo);
}

/** The attributes of a queue that sets none. */
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

/**
 * Checks what attributes must agree on, by the values they will all have.
 *
 * @throws ServiceError `InvalidAttributeValue`
 */
export function checkTogether(attributes: Readonly<Record<string, string>>, fifo: boolean): void {
  // "perMessageGroupId is allowed only when the value for DeduplicationScope is messageGroup"
  // (SetQueueAttributes).
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

/**
 * One kind of encryption ends the other: "you can use one type of server-side encryption at one
 * time".
 *
 * @throws ServiceError
 */
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

import { invalidParameter, sqsError } from './errors.ts';
import { parseObject } from './parse-object.ts';

/** Which queues may name a queue as their dead-letter queue. */
export interface RedriveAllowPolicy {
  readonly redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  readonly sourceQueueArns: readonly string[];
}

const MAX_SOURCES = 10;

const isPermission = (value: unknown): value is RedriveAllowPolicy['redrivePermission'] =>
  value === 'allowAll' || value === 'denyAll' || value === 'byQueue';

/** @throws ServiceError `InvalidAttributeValue`, `InvalidParameterValue` */
export function parseRedriveAllowPolicy(text: string): RedriveAllowPolicy {
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

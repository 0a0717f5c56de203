import { ServiceError } from '../../core/service-error.ts';

// The codes of the Query protocol, which SDKs still show, are from the SQS service model
// (awsQueryError traits).
const PREFIXED = new Set([
  'BatchEntryIdsNotDistinct',
  'BatchRequestTooLong',
  'EmptyBatchRequest',
  'InvalidBatchEntryId',
  'MessageNotInflight',
  'PurgeQueueInProgress',
  'QueueDeletedRecently',
  'TooManyEntriesInBatchRequest',
  'UnsupportedOperation',
]);
const RENAMED: Record<string, string> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  InvalidParameterValueException: 'InvalidParameterValue',
  MissingRequiredParameterException: 'MissingParameter',
};
const STATUS: Record<string, number> = {
  ReceiptHandleIsInvalid: 404,
  ResourceNotFoundException: 404,
  OverLimit: 403,
  PurgeQueueInProgress: 403,
};

/** An error of SQS by the name of its shape. */
export function sqsError(code: string, message: string): ServiceError {
  return new ServiceError(code, message, {
    status: STATUS[code] ?? 400,
    queryCode: RENAMED[code] ?? (PREFIXED.has(code) ? `AWS.SimpleQueueService.${code}` : code),
  });
}

/** The Query protocol adds to the sentence (recorded on AWS). */
export const queueDoesNotExist = () =>
  new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.', {
    queryCode: 'AWS.SimpleQueueService.NonExistentQueue',
    queryMessage: 'The specified queue does not exist for this wsdl version.',
  });

export const invalidValue = (message: string) => sqsError('InvalidParameterValueException', message);

export const invalidParameter = (value: unknown, name: string, reason: string) =>
  invalidValue(`Value ${String(value)} for parameter ${name} is invalid. Reason: ${reason}`);

export const missingParameter = (name: string) =>
  sqsError('MissingRequiredParameterException', `The request must contain the parameter ${name}.`);

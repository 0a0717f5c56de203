import { ServiceError } from '../../core/service-error.ts';

// Codes on the wire are from the SNS service model: a shape's name and its Query code differ.
const SHAPES: Record<string, { queryCode: string; status: number }> = {
  InvalidParameterException: { queryCode: 'InvalidParameter', status: 400 },
  AuthorizationErrorException: { queryCode: 'AuthorizationError', status: 403 },
  FilterPolicyLimitExceededException: { queryCode: 'FilterPolicyLimitExceeded', status: 403 },
  InvalidParameterValueException: { queryCode: 'ParameterValueInvalid', status: 400 },
  NotFoundException: { queryCode: 'NotFound', status: 404 },
  ResourceNotFoundException: { queryCode: 'ResourceNotFound', status: 404 },
  TagLimitExceededException: { queryCode: 'TagLimitExceeded', status: 400 },
  EmptyBatchRequestException: { queryCode: 'EmptyBatchRequest', status: 400 },
  TooManyEntriesInBatchRequestException: { queryCode: 'TooManyEntriesInBatchRequest', status: 400 },
  BatchEntryIdsNotDistinctException: { queryCode: 'BatchEntryIdsNotDistinct', status: 400 },
  InvalidBatchEntryIdException: { queryCode: 'InvalidBatchEntryId', status: 400 },
  BatchRequestTooLongException: { queryCode: 'BatchRequestTooLong', status: 400 },
};

/** An error of SNS by the name of its shape. */
export function snsError(code: string, message: string): ServiceError {
  return new ServiceError(code, message, SHAPES[code] ?? {});
}

export const invalidParameter = (detail: string) =>
  snsError('InvalidParameterException', `Invalid parameter: ${detail}`);

/** A part of AWS that this endpoint lacks, below the level of an operation. */
export const notImplemented = (what: string) =>
  new ServiceError('NotImplemented', `Cannot answer sns ${what}: the local endpoint does not implement it`, {
    status: 501,
  });

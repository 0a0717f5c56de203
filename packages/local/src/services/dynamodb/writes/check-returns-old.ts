import { validationError } from '../errors.ts';

/** @throws ServiceError for what only an update can return. */
export function checkReturnsOld(returnValues: string | undefined): void {
  if (returnValues !== undefined && returnValues !== 'ALL_OLD' && returnValues !== 'NONE') {
    throw validationError('ReturnValues can only be ALL_OLD or NONE');
  }
}

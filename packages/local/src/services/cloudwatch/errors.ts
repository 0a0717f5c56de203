import { ServiceError } from '../../core/service-error.ts';

// Shape names, and the codes that the Query protocol had for them (x-amzn-query-error).
export const invalidValue = (message: string) =>
  new ServiceError('InvalidParameterValueException', message, { queryCode: 'InvalidParameterValue' });
export const missing = (name: string) =>
  new ServiceError('MissingRequiredParameterException', `The parameter ${name} is required.`, {
    queryCode: 'MissingParameter',
  });
export const combination = (message: string) =>
  new ServiceError('InvalidParameterCombinationException', message, { queryCode: 'InvalidParameterCombination' });

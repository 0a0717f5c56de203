import { ServiceError } from '../../core/service-error.ts';

/** @throws ServiceError for an `AllowedPattern` that is none, or that the value does not match. Never shows the value. */
export function checkPattern(pattern: string | undefined, value: string): void {
  if (pattern === undefined || pattern === '') return;
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
  } catch {
    throw new ServiceError(
      'InvalidAllowedPatternException',
      "The request doesn't meet the regular expression requirement.",
    );
  }
  if (!expression.test(value)) {
    throw new ServiceError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
    );
  }
}

/** The form of an image's id, as EC2 gives them. */
export const isImageId = (value: string) => /^ami-[0-9A-Za-z]{8,17}$/.test(value);

/** @throws ServiceError `ValidationException` for a value that refers to another parameter, and for an unknown data type */
export function checkValue(value: string, dataType: string): void {
  if (/\{\{.*\}\}/s.test(value)) {
    throw new ServiceError(
      'ValidationException',
      'Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.',
    );
  }
  if (!['text', 'aws:ec2:image', 'aws:ssm:integration'].includes(dataType)) {
    throw new ServiceError(
      'ValidationException',
      `The following data type is not supported: ${dataType} (Data type names are all lowercase.)`,
    );
  }
}

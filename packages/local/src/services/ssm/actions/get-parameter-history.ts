import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { optionalBoolean, optionalInteger, optionalString, requiredString } from '../../json-input.ts';
import { pageByKey } from '../../page.ts';
import { findParameter } from '../find-parameter.ts';
import { parameterArn } from '../parameter-name.ts';
import { writeHistory } from '../write-parameter.ts';

/** Every version that is kept, oldest first. */
export const getParameterHistory: Action = (input, context) => {
  const name = requiredString(input, 'Name', { min: 1, max: 2048 }).trim();
  context.touches(parameterArn(name, context));
  const parameter = findParameter(name, context);
  const withDecryption = optionalBoolean(input, 'WithDecryption') ?? false;
  const page = pageByKey(
    parameter.versions,
    ({ version }) => String(version).padStart(12, '0'),
    optionalInteger(input, 'MaxResults', { min: 1, max: 50 }) ?? 50,
    optionalString(input, 'NextToken'),
    () => new ServiceError('InvalidNextToken', 'The specified token is not valid.'),
  );
  return {
    Parameters: page.items.map((version) => writeHistory(parameter, version, withDecryption)),
    NextToken: page.next,
  };
};

import { readBoolean, readInteger, readString, requireString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { pageByKey } from '../../page.ts';
import { findParameter } from '../find-parameter.ts';
import { parameterArn } from '../parameter-name.ts';
import { writeHistory } from '../write-parameter.ts';

/** Every version that is kept, oldest first. */
export const getParameterHistory: Action = (input, context) => {
  const name = requireString(input, 'Name', { min: 1, max: 2048 }).trim();
  context.touches(parameterArn(name, context));
  const parameter = findParameter(name, context);
  const withDecryption = readBoolean(input, 'WithDecryption') ?? false;
  const page = pageByKey(
    parameter.versions,
    ({ version }) => String(version).padStart(12, '0'),
    readInteger(input, 'MaxResults', { min: 1, max: 50 }) ?? 50,
    readString(input, 'NextToken'),
    () => new ServiceError('InvalidNextToken', 'The specified token is not valid.'),
  );
  return {
    Parameters: page.items.map((version) => writeHistory(parameter, version, withDecryption, context)),
    NextToken: page.next,
  };
};

import type { Action } from '../../../core/service.ts';
import { optionalBoolean, requiredString } from '../../json-input.ts';
import { readParameter } from '../read-parameter.ts';

export const getParameter: Action = (input, context) => {
  const name = requiredString(input, 'Name', { min: 1, max: 2048 });
  return { Parameter: readParameter(name, optionalBoolean(input, 'WithDecryption') ?? false, context) };
};

import { readBoolean, requireString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { readParameter } from '../read-parameter.ts';

export const getParameter: Action = (input, context) => {
  const name = requireString(input, 'Name', { min: 1, max: 2048 });
  return { Parameter: readParameter(name, readBoolean(input, 'WithDecryption') ?? false, context) };
};

import { requireString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { findParameter } from '../find-parameter.ts';
import { parameterArn, parameterKey } from '../parameter-name.ts';
import { liveParameters } from '../store.ts';

export const deleteParameter: Action = (input, context) => {
  const name = requireString(input, 'Name', { min: 1, max: 2048 }).trim();
  context.touches(parameterArn(name, context));
  liveParameters(context).delete(parameterKey(findParameter(name, context).name));
  return {};
};

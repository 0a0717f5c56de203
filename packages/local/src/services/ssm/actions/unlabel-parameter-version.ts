import { constraint, readInteger, requireString, requireStrings } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { findParameter, selectVersion } from '../find-parameter.ts';
import { parameterArn } from '../parameter-name.ts';

/** Labels that the version does not have come back on a 200. */
export const unlabelParameterVersion: Action = (input, context) => {
  const name = requireString(input, 'Name', { min: 1, max: 2048 }).trim();
  context.touches(parameterArn(name, context));
  const version = readInteger(input, 'ParameterVersion');
  if (version === undefined) throw constraint('ParameterVersion', 'not be null');
  const labels = requireStrings(input, 'Labels', { min: 1, max: 10 });
  const target = selectVersion(findParameter(name, context), String(version));
  const removed = labels.filter((label) => target.labels.delete(label));
  return { RemovedLabels: removed, InvalidLabels: labels.filter((label) => !removed.includes(label)) };
};

import { constraint, readInteger, requireString, requireStrings } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { parameterArn } from './parameter-name.ts';
import { findParameter, selectVersion } from './parameter-store.ts';

/** From the user guide, "Working with parameter labels". */
const MAX_LABELS = 10;

const isAllowed = (label: string) => /^[A-Za-z_.-][A-Za-z0-9_.-]*$/.test(label) && !/^(aws|ssm)/i.test(label);

/**
 * A label is on one version at a time: labelling moves it. Labels that AWS forbids come back on a
 * 200.
 */
export const labelParameterVersion: Action = (input, context) => {
  const name = requireString(input, 'Name', { min: 1, max: 2048 }).trim();
  context.touches(parameterArn(name, context));
  const labels = requireStrings(input, 'Labels', { min: 1, max: MAX_LABELS });
  if (labels.some((label) => label.length < 1 || label.length > 100)) {
    throw constraint('Labels', 'have length between 1 and 100');
  }
  const parameter = findParameter(name, context);
  const requested = readInteger(input, 'ParameterVersion');
  const target = selectVersion(parameter, requested === undefined ? undefined : String(requested));
  const allowed = labels.filter(isAllowed);
  if (new Set([...target.labels, ...allowed]).size > MAX_LABELS) {
    throw new ServiceError(
      'ParameterVersionLabelLimitExceeded',
      'A parameter version can have maximum 10 labels. Move one or more labels to another version and try again.',
    );
  }
  for (const label of allowed) {
    for (const version of parameter.versions) version.labels.delete(label);
    target.labels.add(label);
  }
  return { InvalidLabels: labels.filter((label) => !isAllowed(label)), ParameterVersion: target.version };
};

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

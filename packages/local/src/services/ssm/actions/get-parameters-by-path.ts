import { readBoolean, readInteger, readString, requireString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { pageByKey } from '../../page.ts';
import { matchesFilters, readFilters } from '../parameter-filter.ts';
import { parameterArn } from '../parameter-name.ts';
import { checkPath, isUnderPath } from '../parameter-path.ts';
import { liveParameters } from '../store.ts';
import { writeParameter } from '../write-parameter.ts';

/**
 * Pages are cut before the filters and before the depth is looked at, so a page can be short or empty and still carry a
 * NextToken: AWS's own warning, which a caller that stops at an empty page would miss.
 */
export const getParametersByPath: Action = (input, context) => {
  const path = requireString(input, 'Path', { min: 1, max: 2048 });
  context.touches(parameterArn(path, context));
  checkPath(path);
  const recursive = readBoolean(input, 'Recursive') ?? false;
  const withDecryption = readBoolean(input, 'WithDecryption') ?? false;
  const filters = readFilters(input, ['Type', 'KeyId', 'Label']);
  const labels = filters.find(({ key }) => key === 'Label')?.values;
  const under = [...liveParameters(context).values()].filter(({ name }) => isUnderPath(name, path, true));
  const page = pageByKey(
    under,
    ({ name }) => name,
    readInteger(input, 'MaxResults', { min: 1, max: 10 }) ?? 10,
    readString(input, 'NextToken'),
    () => new ServiceError('InvalidNextToken', 'The specified token is not valid.'),
  );
  const found = page.items.flatMap((parameter) => {
    const labelled = parameter.versions.find((version) => labels?.some((label) => version.labels.has(label)));
    const version = labelled ?? parameter.versions.at(-1);
    if (version === undefined || !isUnderPath(parameter.name, path, recursive)) return [];
    return matchesFilters({ parameter, version }, filters)
      ? [writeParameter(parameter, version, withDecryption, context)]
      : [];
  });
  return { Parameters: found, NextToken: page.next };
};

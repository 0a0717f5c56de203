import { readBoolean, readInteger, readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { pageByKey } from '../../page.ts';
import { matchesFilters, readFilters, readOldFilters } from '../parameter-filter.ts';
import { liveParameters } from '../store.ts';
import { writeMetadata } from '../write-parameter.ts';

export const describeParameters: Action = (input, context) => {
  context.touches('*');
  const filters = readFilters(input, ['Path', 'Name', 'Type', 'KeyId', 'Tier', 'DataType', 'tag:']);
  const oldFilters = readOldFilters(input);
  if (filters.length > 0 && oldFilters.length > 0) {
    throw new ServiceError(
      'ValidationException',
      'You can use either Filters or ParameterFilters in a single request.',
    );
  }
  if (readBoolean(input, 'Shared')) return { Parameters: [] }; // nothing is shared with anybody here
  const matching = [...liveParameters(context).values()].flatMap((parameter) => {
    const version = parameter.versions.at(-1);
    return version !== undefined && matchesFilters({ parameter, version }, [...filters, ...oldFilters])
      ? [{ parameter, version }]
      : [];
  });
  const page = pageByKey(
    matching,
    ({ parameter }) => parameter.name,
    readInteger(input, 'MaxResults', { min: 1, max: 50 }) ?? 50,
    readString(input, 'NextToken'),
    () => new ServiceError('InvalidNextToken', 'The specified token is not valid.'),
  );
  return {
    Parameters: page.items.map(({ parameter, version }) => ({
      ...writeMetadata(parameter, version, context),
      ARN: parameter.arn,
    })),
    NextToken: page.next,
  };
};

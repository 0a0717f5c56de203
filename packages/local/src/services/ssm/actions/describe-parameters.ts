import { readInteger, readString, readStructures } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { pageByKey } from '../../page.ts';
import { matchesFilters, readFilters } from '../parameter-filter.ts';
import { parameters } from '../store.ts';
import { writeMetadata } from '../write-parameter.ts';

export const describeParameters: Action = (input, context) => {
  context.touches('*');
  if (readStructures(input, 'Filters') !== undefined) {
    throw new ServiceError(
      'NotImplemented',
      'Cannot answer ssm DescribeParameters: the local endpoint has ParameterFilters, not the older Filters',
      { status: 501 },
    );
  }
  const filters = readFilters(input, ['Path', 'Name', 'Type', 'KeyId', 'Tier', 'DataType', 'tag:']);
  const matching = [...context.stores.get(parameters).values()].flatMap((parameter) => {
    const version = parameter.versions.at(-1);
    return version !== undefined && matchesFilters({ parameter, version }, filters) ? [{ parameter, version }] : [];
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
      ...writeMetadata(parameter, version),
      ARN: parameter.arn,
    })),
    NextToken: page.next,
  };
};

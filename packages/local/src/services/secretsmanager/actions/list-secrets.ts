import type { Action } from '../../../core/service.ts';
import { optionalBoolean, optionalInteger, optionalString } from '../../json-input.ts';
import { pageByKey } from '../../page.ts';
import { invalidNextToken, matchesSecretFilters, readSecretFilters } from '../secret-filter.ts';
import { liveSecrets } from '../store.ts';
import { writeSecret, writeStages } from '../write-secret.ts';

/** In the order of their names; SortBy and SortOrder are not there. */
export const listSecrets: Action = (input, context) => {
  context.touches('*');
  const filters = readSecretFilters(input);
  const withDeleted = optionalBoolean(input, 'IncludePlannedDeletion') ?? false;
  const page = pageByKey(
    [...liveSecrets(context).values()].filter(
      (secret) => (withDeleted || secret.deletion === undefined) && matchesSecretFilters(secret, filters),
    ),
    ({ name }) => name,
    optionalInteger(input, 'MaxResults', { min: 1, max: 100 }) ?? 100,
    optionalString(input, 'NextToken'),
    invalidNextToken,
  );
  return {
    SecretList: page.items.map((secret) => ({ ...writeSecret(secret), SecretVersionsToStages: writeStages(secret) })),
    NextToken: page.next,
  };
};

import { readBoolean, readInteger, readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { pageByKey } from '../../page.ts';
import { invalidNextToken, matchesSecretFilters, readSecretFilters } from '../secret-filter.ts';
import { liveSecrets } from '../store.ts';
import { writeSecret, writeStages } from '../write-secret.ts';

/** In the order of their names; SortBy and SortOrder are not there. */
export const listSecrets: Action = (input, context) => {
  context.touches('*');
  const filters = readSecretFilters(input);
  const withDeleted = readBoolean(input, 'IncludePlannedDeletion') ?? false;
  const page = pageByKey(
    [...liveSecrets(context).values()].filter(
      (secret) => (withDeleted || secret.deletion === undefined) && matchesSecretFilters(secret, filters),
    ),
    ({ name }) => name,
    readInteger(input, 'MaxResults', { min: 1, max: 100 }) ?? 100,
    readString(input, 'NextToken'),
    invalidNextToken,
  );
  return {
    SecretList: page.items.map((secret) => ({ ...writeSecret(secret), SecretVersionsToStages: writeStages(secret) })),
    NextToken: page.next,
  };
};

import { readBoolean, readInteger, readOneOf, readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { pageByKey } from '../../page.ts';
import { invalidNextToken, matchesSecretFilters, readSecretFilters } from '../secret-filter.ts';
import type { Secret } from '../store.ts';
import { liveSecrets } from '../store.ts';
import { writeSecret, writeStages } from '../write-secret.ts';

/** A key that sorts by the field, and by name among equals. */
function sortKey(secret: Secret, sortBy: string): string {
  const ms = {
    'created-date': secret.createdMs,
    'last-accessed-date': secret.accessedMs ?? 0,
    'last-changed-date': secret.changedMs,
  }[sortBy];
  return ms === undefined ? secret.name : `${String(Math.floor(ms)).padStart(16, '0')} ${secret.name}`;
}

export const listSecrets: Action = (input, context) => {
  context.touches('*');
  const filters = readSecretFilters(input);
  const withDeleted = readBoolean(input, 'IncludePlannedDeletion') ?? false;
  const sortBy =
    readOneOf(input, 'SortBy', ['created-date', 'last-accessed-date', 'last-changed-date', 'name']) ?? 'name';
  const order = readOneOf(input, 'SortOrder', ['asc', 'desc']) ?? 'asc';
  const page = pageByKey(
    [...liveSecrets(context).values()].filter(
      (secret) => (withDeleted || secret.deletion === undefined) && matchesSecretFilters(secret, filters),
    ),
    (secret) => sortKey(secret, sortBy),
    readInteger(input, 'MaxResults', { min: 1, max: 100 }) ?? 100,
    readString(input, 'NextToken'),
    invalidNextToken,
    order === 'desc',
  );
  return {
    SecretList: page.items.map((secret) => ({ ...writeSecret(secret), SecretVersionsToStages: writeStages(secret) })),
    NextToken: page.next,
  };
};

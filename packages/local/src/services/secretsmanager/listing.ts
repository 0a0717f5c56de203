import {
  readBoolean,
  readInteger,
  readOneOf,
  readString,
  readStrings,
  readStructures,
  requireString,
  requireStrings,
} from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { pageByKey } from '../page.ts';
import type { Secret } from './secret-store.ts';
import { findSecret, liveSecrets, secretArnForPolicy } from './secret-store.ts';
import { openVersion } from './secret-version.ts';
import { writeSecret, writeStages, writeValue } from './secrets.ts';

interface SecretFilter {
  readonly key: string;
  /** A leading `!` turns one round. */
  readonly values: readonly string[];
}

const KEYS = ['description', 'name', 'tag-key', 'tag-value', 'primary-region', 'owning-service', 'all'];

export const invalidNextToken = () => new ServiceError('InvalidNextTokenException', 'Invalid NextToken');

/** The `Filters` of a call. */
function readSecretFilters(input: Record<string, unknown>): SecretFilter[] {
  return (readStructures(input, 'Filters') ?? []).map((raw) => {
    const key = requireString(raw, 'Key');
    if (!KEYS.includes(key)) {
      throw new ServiceError('InvalidParameterException', `The filter key is not one of ${KEYS.join(', ')}`);
    }
    return { key, values: requireStrings(raw, 'Values', { min: 1, max: 10 }) };
  });
}

function texts(secret: Secret, key: string): string[] {
  const fields: Record<string, string[]> = {
    name: [secret.name],
    description: [secret.description ?? ''],
    'tag-key': [...secret.tags.keys()],
    'tag-value': [...secret.tags.values()],
    'primary-region': secret.primaryRegion === undefined ? [] : [secret.primaryRegion],
  };
  return fields[key] ?? Object.values(fields).flat();
}

/**
 * From the API reference of Filter: prefixes, case-sensitive but for `description`; `all` looks for
 * words anywhere.
 */
function matchesValue(secret: Secret, key: string, value: string): boolean {
  const candidates = texts(secret, key);
  const lower = value.toLowerCase();
  if (key === 'all') {
    return lower.split(/\s+/).some((word) => candidates.some((text) => text.toLowerCase().includes(word)));
  }
  if (key === 'description') return candidates.some((text) => text.toLowerCase().startsWith(lower));
  return candidates.some((text) => text.startsWith(value));
}

/** Whether every filter lets `secret` through; the values of one filter are alternatives. */
function matchesSecretFilters(secret: Secret, filters: readonly SecretFilter[]): boolean {
  return filters.every(({ key, values }) =>
    values.some((value) =>
      value.startsWith('!') ? !matchesValue(secret, key, value.slice(1)) : matchesValue(secret, key, value),
    ),
  );
}

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
    readOneOf(input, 'SortBy', ['created-date', 'last-accessed-date', 'last-changed-date', 'name']) ?? 'created-date';
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
    SecretList: page.items.map((secret) => ({
      ...writeSecret(secret, context),
      SecretVersionsToStages: writeStages(secret),
    })),
    NextToken: page.next,
  };
};

const refused = (message: string) => new ServiceError('InvalidParameterException', message);

/**
 * Needs its own action and GetSecretValue on each secret; a secret that fails is listed in
 * `Errors`, on a 200.
 */
export const batchGetSecretValue: Action = (input, context) => {
  context.touches('*');
  const ids = readStrings(input, 'SecretIdList', { min: 1, max: 20 });
  const hasFilters = readStructures(input, 'Filters') !== undefined;
  const size = readInteger(input, 'MaxResults', { min: 1, max: 20 });
  if ((ids === undefined) === !hasFilters) {
    throw refused("Either 'SecretIdList' or 'Filters' must be provided, but not both.");
  }
  if (size !== undefined && !hasFilters) {
    throw refused("'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.");
  }
  const filters = readSecretFilters(input);
  const filtered = pageByKey(
    [...liveSecrets(context).values()].filter((secret) => !secret.deletion && matchesSecretFilters(secret, filters)),
    (secret) => sortKey(secret, 'created-date'),
    size ?? 20,
    readString(input, 'NextToken'),
    invalidNextToken,
  );
  const values: object[] = [];
  const errors: object[] = [];
  for (const id of ids ?? filtered.items.map(({ arn }) => arn)) {
    try {
      context.touches(secretArnForPolicy(id, context), 'secretsmanager:GetSecretValue');
      const secret = findSecret(id, context);
      values.push(writeValue(secret, openVersion(secret, {}, context), context));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      errors.push({ SecretId: id, ErrorCode: error.code, Message: error.message });
    }
  }
  return { SecretValues: values, Errors: errors, NextToken: ids === undefined ? filtered.next : undefined };
};

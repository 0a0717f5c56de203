import { readStructures, requireString, requireStrings } from '../../core/input.ts';
import { ServiceError } from '../../core/service-error.ts';
import type { Secret } from './store.ts';

export interface SecretFilter {
  readonly key: string;
  /** A leading `!` turns one round. */
  readonly values: readonly string[];
}

const KEYS = ['description', 'name', 'tag-key', 'tag-value', 'primary-region', 'owning-service', 'all'];

export const invalidNextToken = () => new ServiceError('InvalidNextTokenException', 'Invalid NextToken');

/** The `Filters` of a call. */
export function readSecretFilters(input: Record<string, unknown>): SecretFilter[] {
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
  };
  return fields[key] ?? Object.values(fields).flat();
}

/** From the API reference of Filter: prefixes, case-sensitive but for `description`; `all` looks for words anywhere. */
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
export function matchesSecretFilters(secret: Secret, filters: readonly SecretFilter[]): boolean {
  return filters.every(({ key, values }) =>
    values.some((value) =>
      value.startsWith('!') ? !matchesValue(secret, key, value.slice(1)) : matchesValue(secret, key, value),
    ),
  );
}

import { readInteger, readString, readStrings, readStructures } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { pageByKey } from '../../page.ts';
import { findSecret } from '../find-secret.ts';
import { openVersion } from '../open-version.ts';
import { invalidNextToken, matchesSecretFilters, readSecretFilters } from '../secret-filter.ts';
import { secretArnForPolicy } from '../secret-id.ts';
import { liveSecrets } from '../store.ts';
import { writeValue } from '../write-secret.ts';

const refused = (message: string) => new ServiceError('InvalidParameterException', message);

/** Needs its own action and GetSecretValue on each secret; a secret that fails is listed in `Errors`, on a 200. */
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
    ({ name }) => name,
    size ?? 20,
    readString(input, 'NextToken'),
    invalidNextToken,
  );
  const values: object[] = [];
  const errors: object[] = [];
  for (const id of ids ?? filtered.items.map(({ arn }) => arn)) {
    context.touches(secretArnForPolicy(id, context), 'secretsmanager:GetSecretValue');
    try {
      const secret = findSecret(id, context);
      values.push(writeValue(secret, openVersion(secret, {}, context), context));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      errors.push({ SecretId: id, ErrorCode: error.code, Message: error.message });
    }
  }
  return { SecretValues: values, Errors: errors, NextToken: ids === undefined ? filtered.next : undefined };
};

import { constraint, readString, readStrings, readStructures, requireString } from '../../core/input.ts';
import { ServiceError } from '../../core/service-error.ts';
import { checkPath, isUnderPath, parameterKey } from './parameter-name.ts';
import type { ParameterVersion, StoredParameter } from './parameter-types.ts';
import { PARAMETER_TYPES } from './parameter-types.ts';

interface Candidate {
  readonly parameter: StoredParameter;
  /** The newest, or the one that a label filter picks. */
  readonly version: ParameterVersion;
}

interface ParameterFilter {
  readonly key: string;
  readonly option: string;
  readonly values: readonly string[];
}

/** From the API reference of ParameterStringFilter. */
const MAX_VALUE = 1024;

const KEY = /^(tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType)$/;

/** The values that a filter may have; any other value would never match. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  Type: PARAMETER_TYPES,
  Tier: ['Standard', 'Advanced', 'Intelligent-Tiering'],
};

function optionsOf(key: string): string[] {
  if (key === 'Path') return ['Recursive', 'OneLevel'];
  if (key === 'Label') return ['Equals'];
  return key === 'Name' ? ['BeginsWith', 'Contains', 'Equals'] : ['BeginsWith', 'Equals'];
}

function readFilterValues(raw: Record<string, unknown>, key: string, option: string): string[] {
  const values = readStrings(raw, 'Values', { max: 50 }) ?? [];
  if (values.length === 0 && !key.startsWith('tag:')) {
    throw new ServiceError(
      'InvalidFilterValue',
      `The following filter values are missing : null for filter key ${key}`,
    );
  }
  const valid = VALUES[key];
  const invalid = valid && option === 'Equals' ? values.filter((value) => !valid.includes(value)) : [];
  if (invalid.length > 0) {
    throw new ServiceError(
      'InvalidFilterValue',
      `The following filter values are not valid for filter key ${key}: ${invalid.join(', ')}`,
    );
  }
  const long = values.find((value) => value.length > MAX_VALUE);
  if (long !== undefined) {
    throw constraint(
      'ParameterFilters',
      `have length less than or equal to ${MAX_VALUE}`,
      [],
      'parameterFilters.1.member.values',
    );
  }
  if (key === 'Path') for (const path of values) checkPath(path, { reserved: 'refused' });
  return values;
}

function readFilter(raw: Record<string, unknown>, validKeys: readonly string[]): ParameterFilter {
  const key = requireString(raw, 'Key', { min: 1, max: 132 });
  if (!KEY.test(key)) {
    throw constraint(
      'ParameterFilters.1.member.key',
      'satisfy regular expression pattern: tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType',
    );
  }
  if (!validKeys.includes(key) && !(key.startsWith('tag:') && validKeys.includes('tag:'))) {
    throw new ServiceError(
      'InvalidFilterKey',
      `The following filter key is not valid: ${key}. Valid filter keys include: [${validKeys.join(', ')}].`,
    );
  }
  const option = readString(raw, 'Option', { min: 1, max: 10 }) ?? (key === 'Path' ? 'OneLevel' : 'Equals');
  const options = optionsOf(key);
  if (!options.includes(option)) {
    throw new ServiceError(
      'InvalidFilterOption',
      `The following filter option is not valid: ${option}. Valid options include: [${options.join(', ')}].`,
    );
  }
  return { key, option, values: readFilterValues(raw, key, option) };
}

/**
 * The `ParameterFilters` of a call.
 *
 * @throws ServiceError `InvalidFilterKey`, `InvalidFilterOption`, `InvalidFilterValue`
 */
export function readFilters(input: Record<string, unknown>, validKeys: readonly string[]): ParameterFilter[] {
  const filters = (readStructures(input, 'ParameterFilters') ?? []).map((raw) => readFilter(raw, validKeys));
  const keys = filters.map(({ key }) => key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    throw new ServiceError(
      'InvalidFilterKey',
      `The following filter is duplicated in the request: ${twice}. A request can contain only one occurrence of a specific filter.`,
    );
  }
  return filters;
}

/** The older `Filters` of DescribeParameters: by the beginning of a name, by type and by key. */
export function readOldFilters(input: Record<string, unknown>): ParameterFilter[] {
  return (readStructures(input, 'Filters') ?? []).map((raw) => {
    const key = requireString(raw, 'Key');
    if (key !== 'Name' && key !== 'Type' && key !== 'KeyId') {
      throw constraint('Filters.1.member.key', 'satisfy enum value set: [Name, Type, KeyId]');
    }
    const values = readStrings(raw, 'Values', { min: 1, max: 50 });
    if (values === undefined) throw constraint('Filters.1.member.values', 'not be null');
    return { key, option: key === 'Name' ? 'BeginsWith' : 'Equals', values };
  });
}

const compare = (actual: string, option: string, value: string) => {
  if (option === 'BeginsWith') return actual.startsWith(value);
  return option === 'Contains' ? actual.includes(value) : actual === value;
};

function matchesOne({ parameter, version }: Candidate, { key, option, values }: ParameterFilter): boolean {
  if (key === 'Path') return values.some((path) => isUnderPath(parameter.name, path, option === 'Recursive'));
  if (key === 'Label') return values.some((label) => version.labels.has(label));
  if (key.startsWith('tag:')) {
    const tag = parameter.tags.get(key.slice(4));
    return tag !== undefined && (values.length === 0 || values.some((value) => compare(tag, option, value)));
  }
  const fields: Record<string, string | undefined> = {
    Name: parameter.name,
    Type: version.type,
    KeyId: version.keyId,
    Tier: version.tier,
    DataType: version.dataType,
  };
  // A name's leading slash does not count (moto, after AWS).
  if (key === 'Name' && option !== 'Contains') {
    return values.some((value) => compare(parameterKey(parameter.name), option, parameterKey(value)));
  }
  const actual = fields[key];
  return actual !== undefined && values.some((value) => compare(actual, option, value));
}

/** Whether every filter lets `candidate` through; the values of one filter are alternatives. */
export const matchesFilters = (candidate: Candidate, filters: readonly ParameterFilter[]) =>
  filters.every((filter) => matchesOne(candidate, filter));

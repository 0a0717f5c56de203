import { readString, readStructures, requireString, requireStrings } from '../../core/input.ts';
import { ServiceError } from '../../core/service-error.ts';
import type { ParameterVersion, StoredParameter } from './store.ts';

export interface Candidate {
  readonly parameter: StoredParameter;
  /** The newest, or the one that a label filter picks. */
  readonly version: ParameterVersion;
}

export interface ParameterFilter {
  readonly key: string;
  readonly option: string;
  readonly values: readonly string[];
}

const invalidOption = (option: string, valid: string) =>
  new ServiceError(
    'InvalidFilterOption',
    `The following filter option is not valid: ${option}. Valid options include: [${valid}].`,
  );

function readFilter(raw: Record<string, unknown>, validKeys: readonly string[]): ParameterFilter {
  const key = requireString(raw, 'Key', { min: 1, max: 132 });
  if (!validKeys.includes(key) && !(key.startsWith('tag:') && validKeys.includes('tag:'))) {
    throw new ServiceError(
      'InvalidFilterKey',
      `The following filter key is not valid: ${key}. Valid filter keys include: [${validKeys.join(', ')}].`,
    );
  }
  const option = readString(raw, 'Option') ?? (key === 'Path' ? 'OneLevel' : 'Equals');
  const options = key === 'Path' ? ['Recursive', 'OneLevel'] : ['BeginsWith', 'Equals'];
  if (!options.includes(option) && !(key === 'Name' && option === 'Contains')) {
    throw invalidOption(option, options.join(', '));
  }
  const values =
    key.startsWith('tag:') && raw.Values === undefined ? [] : requireStrings(raw, 'Values', { min: 1, max: 50 });
  return { key, option, values };
}

/** The `ParameterFilters` of a call. @throws ServiceError `InvalidFilterKey` or `InvalidFilterOption`. */
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

/** Whether `name` lies under `path`: directly, or at any depth. */
export function isUnderPath(name: string, path: string, recursive: boolean): boolean {
  const base = path.endsWith('/') ? path : `${path}/`;
  const full = name.startsWith('/') ? name : `/${name}`;
  return full.startsWith(base) && (recursive || !full.slice(base.length).includes('/'));
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
  const actual = fields[key];
  return actual !== undefined && values.some((value) => compare(actual, option, value));
}

/** Whether every filter lets `candidate` through; the values of one filter are alternatives. */
export const matchesFilters = (candidate: Candidate, filters: readonly ParameterFilter[]) =>
  filters.every((filter) => matchesOne(candidate, filter));

import {
  constraint,
  readBoolean,
  readInteger,
  readOneOf,
  readString,
  requireString,
  requireStrings,
} from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { addTags, readTags } from '../json-tags.ts';
import { pageByKey } from '../page.ts';
import { matchesFilters, readFilters, readOldFilters } from './parameter-filter.ts';
import { checkNewName, checkPath, isUnderPath, parameterArn, parameterKey } from './parameter-name.ts';
import { readPolicies } from './parameter-policy.ts';
import {
  appendVersion,
  expectExpiry,
  findParameter,
  liveParameters,
  oneUpdate,
  publicParameters,
  readParameter,
  writeHistory,
  writeMetadata,
  writeParameter,
} from './parameter-store.ts';
import type { ParameterTier, ParameterType, ParameterVersion, StoredParameter } from './parameter-types.ts';
import { PARAMETER_TYPES } from './parameter-types.ts';
import { checkPattern, checkValue, chooseTier, encryptValue, isImageId } from './parameter-value.ts';

/** Parameters of each tier in an account and region: from the Systems Manager quotas. */
const MAX_PARAMETERS = { Standard: 10_000, Advanced: 100_000 } as const;

/** @throws ServiceError `ParameterLimitExceeded` where a tier is full */
export function checkCount(all: ReadonlyMap<string, StoredParameter>, tier: ParameterTier): void {
  if (all.size < MAX_PARAMETERS[tier]) return;
  const inTier = [...all.values()].filter(({ versions }) => versions.at(-1)?.tier === tier).length;
  if (inTier >= MAX_PARAMETERS[tier]) {
    throw new ServiceError(
      'ParameterLimitExceeded',
      'You have exceeded the number of parameters for this Amazon Web Services account. Delete one or more parameters and try again.',
    );
  }
}

type Input = Record<string, unknown>;

const refused = (message: string) => new ServiceError('ValidationException', message);

function readKeyId(input: Input, type: ParameterType): string | undefined {
  const keyId = readString(input, 'KeyId', { min: 1, max: 256 });
  if (keyId !== undefined && !/^[a-zA-Z0-9:/_-]+$/.test(keyId)) {
    throw constraint('KeyId', 'satisfy regular expression pattern: ^([a-zA-Z0-9:/_-]+)$');
  }
  if (keyId !== undefined && type !== 'SecureString') {
    throw refused('KeyId is required for SecureString type parameter only.');
  }
  return type === 'SecureString' ? (keyId ?? 'alias/aws/ssm') : undefined;
}

/** The version that the call makes. What it does not say stays as it was, but for the key. */
function readVersion(
  input: Input,
  { name, type, previous }: { name: string; type: ParameterType; previous: ParameterVersion | undefined },
  context: CallContext,
): ParameterVersion {
  const value = requireString(input, 'Value');
  const keyId = readKeyId(input, type);
  const dataType = readString(input, 'DataType', { max: 128 }) ?? previous?.dataType ?? 'text';
  checkValue(value, dataType);
  const allowedPattern = readString(input, 'AllowedPattern', { max: 1024 }) ?? previous?.allowedPattern;
  checkPattern(allowedPattern, value);
  const policyText = readString(input, 'Policies', { min: 1, max: 4096 });
  const policies =
    policyText === undefined ? (previous?.policies ?? []) : readPolicies(policyText, context.clock.now());
  const tier = chooseTier({
    requested: readOneOf(input, 'Tier', ['Standard', 'Advanced', 'Intelligent-Tiering']),
    bytes: Buffer.byteLength(value),
    hasPolicies: policies.length > 0,
    previous: previous?.tier,
  });
  const arn = parameterArn(name, context);
  return {
    version: (previous?.version ?? 0) + 1,
    type,
    value: keyId === undefined ? value : encryptValue(value, { arn, keyId, tier }, context),
    modifiedMs: context.clock.now(),
    modifiedBy: context.principal.arn,
    description: readString(input, 'Description', { max: 1024 }) ?? previous?.description,
    allowedPattern,
    keyId,
    tier,
    dataType,
    policies,
    labels: new Set(),
  };
}

function put(name: string, input: Input, context: CallContext) {
  const overwrite = readBoolean(input, 'Overwrite') ?? false;
  const tags = readTags(input);
  if (overwrite && tags !== undefined && tags.size > 0) {
    throw refused(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  const all = liveParameters(context);
  const existing = all.get(parameterKey(name));
  const previous = existing?.versions.at(-1);
  const type = readOneOf(input, 'Type', PARAMETER_TYPES) ?? previous?.type;
  if (type === undefined) throw refused('A parameter type is required when you create a parameter.');
  if (existing !== undefined && !overwrite) {
    throw new ServiceError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const version = readVersion(input, { name, type, previous }, context);
  const answer = { Version: version.version, Tier: version.tier };
  // AWS looks for the image after it has answered: a value that is none changes nothing, on a 200.
  if (version.dataType === 'aws:ec2:image' && type === 'String' && !isImageId(version.value)) return answer;
  if (existing !== undefined) {
    appendVersion(existing, version);
    expectExpiry(version, context);
    return answer;
  }
  checkCount(all, version.tier);
  const parameter = { name, arn: parameterArn(name, context), versions: [version], tags: new Map<string, string>() };
  addTags(parameter.tags, tags ?? new Map(), 'TooManyTagsError');
  all.set(parameterKey(name), parameter);
  expectExpiry(version, context);
  return answer;
}

export const putParameter: Action = (input, context) => {
  const name = requireString(input, 'Name', { min: 1, max: 2048 }).trim();
  context.touches(parameterArn(name, context));
  checkNewName(name, context);
  return oneUpdate(parameterKey(name), context, () => put(name, input, context));
};

export const getParameter: Action = (input, context) => {
  const name = requireString(input, 'Name', { min: 1, max: 2048 });
  return { Parameter: readParameter(name, readBoolean(input, 'WithDecryption') ?? false, context) };
};

/**
 * Names that cannot be answered are listed in `InvalidParameters`, on a 200: also a secret
 * reference that has no secret.
 */
export const getParameters: Action = (input, context) => {
  const names = requireStrings(input, 'Names', { min: 1, max: 10 });
  const withDecryption = readBoolean(input, 'WithDecryption') ?? false;
  const found: object[] = [];
  const invalid: string[] = [];
  for (const name of new Set(names)) {
    try {
      found.push(readParameter(name, withDecryption, context));
    } catch (error) {
      // A key that cannot be used fails the whole call.
      // So does a name that the caller may not read.
      if (!(error instanceof ServiceError) || error.code === 'InvalidKeyId' || error.isDenied) throw error;
      invalid.push(name);
    }
  }
  return { Parameters: found, InvalidParameters: invalid };
};

/**
 * Pages are cut before the filters and before the depth is looked at, so a page can be short or
 * empty and still carry a NextToken: AWS's own warning, which a caller that stops at an empty page
 * would miss.
 */
export const getParametersByPath: Action = (input, context) => {
  const path = requireString(input, 'Path', { min: 1, max: 2048 });
  context.touches(parameterArn(path, context));
  checkPath(path);
  const recursive = readBoolean(input, 'Recursive') ?? false;
  const withDecryption = readBoolean(input, 'WithDecryption') ?? false;
  const filters = readFilters(input, ['Type', 'KeyId', 'Label']);
  const labels = filters.find(({ key }) => key === 'Label')?.values;
  const under = [...liveParameters(context).values(), ...publicParameters(context)].filter(({ name }) =>
    isUnderPath(name, path, true),
  );
  const page = pageByKey(
    under,
    ({ name }) => name,
    readInteger(input, 'MaxResults', { min: 1, max: 10 }) ?? 10,
    readString(input, 'NextToken'),
    () => new ServiceError('InvalidNextToken', 'The specified token is not valid.'),
  );
  const found = page.items.flatMap((parameter) => {
    const labelled = parameter.versions.find((version) => labels?.some((label) => version.labels.has(label)));
    const version = labelled ?? parameter.versions.at(-1);
    if (version === undefined || !isUnderPath(parameter.name, path, recursive)) return [];
    return matchesFilters({ parameter, version }, filters)
      ? [writeParameter(parameter, version, withDecryption, context)]
      : [];
  });
  return { Parameters: found, NextToken: page.next };
};

/** Every version that is kept, oldest first. */
export const getParameterHistory: Action = (input, context) => {
  const name = requireString(input, 'Name', { min: 1, max: 2048 }).trim();
  context.touches(parameterArn(name, context));
  const parameter = findParameter(name, context);
  const withDecryption = readBoolean(input, 'WithDecryption') ?? false;
  const page = pageByKey(
    parameter.versions,
    ({ version }) => String(version).padStart(12, '0'),
    readInteger(input, 'MaxResults', { min: 1, max: 50 }) ?? 50,
    readString(input, 'NextToken'),
    () => new ServiceError('InvalidNextToken', 'The specified token is not valid.'),
  );
  return {
    Parameters: page.items.map((version) => writeHistory(parameter, version, withDecryption, context)),
    NextToken: page.next,
  };
};

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

export const deleteParameter: Action = (input, context) => {
  const name = requireString(input, 'Name', { min: 1, max: 2048 }).trim();
  context.touches(parameterArn(name, context));
  liveParameters(context).delete(parameterKey(findParameter(name, context).name));
  return {};
};

export const deleteParameters: Action = (input, context) => {
  const all = liveParameters(context);
  const deleted: string[] = [];
  const invalid: string[] = [];
  const names = new Set(requireStrings(input, 'Names', { min: 1, max: 10 }));
  for (const name of names) context.touches(parameterArn(name, context));
  for (const name of names) {
    (all.delete(parameterKey(name)) ? deleted : invalid).push(name);
  }
  return { DeletedParameters: deleted, InvalidParameters: invalid };
};

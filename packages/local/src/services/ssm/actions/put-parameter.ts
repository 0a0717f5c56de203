import { randomBytes } from 'node:crypto';
import { readBoolean, readOneOf, readString, requireString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { addTags, readTags } from '../../json-tags.ts';
import { checkNewName, parameterArn, parameterKey } from '../parameter-name.ts';
import type { ParameterTier, ParameterVersion, StoredParameter } from '../store.ts';
import { PARAMETER_TYPES, parameters } from '../store.ts';

/** Bytes of a value: from the API reference of PutParameter. */
const MAX_BYTES = { Standard: 4096, Advanced: 8192 } as const;
/** From the user guide, "Working with parameter versions". */
const MAX_VERSIONS = 100;
const ADVANCED_GUIDE =
  'https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html';

const refused = (message: string) => new ServiceError('ValidationException', message);

function chooseTier(
  asked: 'Standard' | 'Advanced' | 'Intelligent-Tiering' | undefined,
  bytes: number,
  previous: ParameterTier | undefined,
): ParameterTier {
  if (asked === 'Standard' && previous === 'Advanced') {
    throw refused(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.",
    );
  }
  const needsAdvanced = asked === 'Intelligent-Tiering' && bytes > MAX_BYTES.Standard;
  const tier = previous === 'Advanced' || asked === 'Advanced' || needsAdvanced ? 'Advanced' : 'Standard';
  if (bytes > MAX_BYTES[tier]) {
    throw refused(
      tier === 'Standard'
        ? `Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see ${ADVANCED_GUIDE}`
        : 'Advanced tier parameters support a maximum parameter value of 8192 characters.',
    );
  }
  return tier;
}

function checkPattern(pattern: string | undefined, value: string): void {
  if (pattern === undefined || pattern === '') return;
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
  } catch {
    throw new ServiceError(
      'InvalidAllowedPatternException',
      "The request doesn't meet the regular expression requirement.",
    );
  }
  if (!expression.test(value)) {
    throw new ServiceError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
    );
  }
}

function append(parameter: StoredParameter, version: ParameterVersion): void {
  const { versions, name } = parameter;
  const oldest = versions[0];
  if (oldest !== undefined && versions.length >= MAX_VERSIONS) {
    if (oldest.labels.size > 0) {
      throw new ServiceError(
        'ParameterMaxVersionLimitExceeded',
        `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
      );
    }
    versions.shift();
  }
  versions.push(version);
}

export const putParameter: Action = (input, context) => {
  const name = requireString(input, 'Name', { min: 1, max: 2048 }).trim();
  context.touches(parameterArn(name, context));
  checkNewName(name, context);
  const value = requireString(input, 'Value');
  const overwrite = readBoolean(input, 'Overwrite') ?? false;
  const tags = readTags(input);
  if (readString(input, 'Policies')) {
    throw new ServiceError(
      'NotImplemented',
      'Cannot answer ssm PutParameter: the local endpoint has no parameter policies',
      {
        status: 501,
      },
    );
  }
  if (overwrite && tags !== undefined && tags.size > 0) {
    throw refused(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  const all = context.stores.get(parameters);
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
  const keyId = readString(input, 'KeyId', { min: 1 });
  if (keyId !== undefined && type !== 'SecureString') {
    throw refused('KeyId is required for SecureString type parameter only.');
  }
  if (/\{\{.*\}\}/s.test(value)) {
    throw refused('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.');
  }
  const dataType = readString(input, 'DataType') ?? previous?.dataType ?? 'text';
  if (!['text', 'aws:ec2:image', 'aws:ssm:integration'].includes(dataType)) {
    throw refused(`The following data type is not supported: ${dataType} (Data type names are all lowercase.)`);
  }
  const allowedPattern = readString(input, 'AllowedPattern', { max: 1024 }) ?? previous?.allowedPattern;
  checkPattern(allowedPattern, value);
  const asked = readOneOf(input, 'Tier', ['Standard', 'Advanced', 'Intelligent-Tiering']);
  const tier = chooseTier(asked, Buffer.byteLength(value), previous?.tier);
  const version: ParameterVersion = {
    version: (previous?.version ?? 0) + 1,
    type,
    value,
    // Looks like what KMS gives and tells nothing about the value but its rough length.
    ciphertext:
      type === 'SecureString' ? `AQICAHh${randomBytes(96 + Buffer.byteLength(value)).toString('base64')}` : undefined,
    modifiedMs: context.clock.now(),
    modifiedBy: `arn:aws:iam::${context.account}:root`,
    description: readString(input, 'Description', { max: 1024 }) ?? previous?.description,
    allowedPattern,
    keyId: type === 'SecureString' ? (keyId ?? previous?.keyId ?? 'alias/aws/ssm') : undefined,
    tier,
    dataType,
    labels: new Set(),
  };
  if (existing !== undefined) {
    append(existing, version);
  } else {
    const parameter = { name, arn: parameterArn(name, context), versions: [version], tags: new Map<string, string>() };
    addTags(parameter.tags, tags ?? new Map(), 'TooManyTagsError');
    all.set(parameterKey(name), parameter);
  }
  return { Version: version.version, Tier: tier };
};
